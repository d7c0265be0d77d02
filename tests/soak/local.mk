# Mixed clients and faults: a moment of it as a test, SOAK_MINUTES of it by `make soak`.
dist_check_SCRIPTS += tests/soak/soak.py
dist_check_DATA += tests/soak/clients.py tests/soak/injector.py tests/soak/watch.py
EXTRA_DIST += tests/soak/chart.py
if HAVE_PYTHON
TESTS += tests/soak/soak.py
endif

SOAK_MINUTES = 10
soak: tests/stage.stamp
if HAVE_PYTHON
	@$(AM_TESTS_ENVIRONMENT) $(PYTHON) -B $(srcdir)/tests/soak/soak.py tests/soak $(SOAK_MINUTES)
else
	@echo "make soak needs Python 3.9" >&2; exit 1
endif
.PHONY: soak
CLEANFILES += tests/soak/soak.json tests/soak/soak.md tests/soak/soak.png
