# tests/doc: the documents against the programs
DOC_TESTS = tests/doc/manual.py tests/doc/messages.py
dist_check_SCRIPTS += $(DOC_TESTS)
if HAVE_PYTHON
TESTS += $(DOC_TESTS)
endif
