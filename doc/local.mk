# doc
dist_doc_DATA += doc/architecture.svg doc/configure.md doc/control.md doc/frontends.md doc/hostile-servers.md doc/install.md \
	doc/messages.md doc/performance.md doc/plugin-guide.md doc/protocol.md doc/reliability.md doc/security.md doc/soak.png doc/trace.md

screenshotsdir = $(docdir)/screenshots
dist_screenshots_DATA = doc/screenshots/scanimage.png doc/screenshots/simple-scan.png doc/screenshots/xsane.png

# A package of its own that nothing here builds; tests/e2e/out_of_tree.py does, from a copy.
exampledir = $(docdir)/examples/totp
dist_example_DATA = \
	doc/examples/totp/Makefile.am \
	doc/examples/totp/README.md \
	doc/examples/totp/auth_totp.c \
	doc/examples/totp/configure.ac \
	doc/examples/totp/secrets.c doc/examples/totp/secrets.h \
	doc/examples/totp/test_codes.c \
	doc/examples/totp/test_method.c \
	doc/examples/totp/totp.c doc/examples/totp/totp.h

include doc/man/local.mk
