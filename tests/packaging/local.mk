# tests/packaging
PACKAGING_TESTS = tests/packaging/debian.py tests/packaging/units.py
dist_check_SCRIPTS += $(PACKAGING_TESTS)
if HAVE_PYTHON
TESTS += $(PACKAGING_TESTS)
endif

# with the packages installed: debian/tests, and by hand
EXTRA_DIST += tests/frontends/feeder.py tests/frontends/screenshots tests/frontends/server.sh
