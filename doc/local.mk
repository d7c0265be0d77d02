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

# There all lie in one folder.
install-data-hook: relink-documents
relink-documents:
	cd "$(DESTDIR)$(docdir)" && for file in *.md; do \
		sed -e 's#](doc/#](#g' -e 's#](\.\./\(README\|NEWS\|HACKING\|LICENSE\)#](\1#g' "$$file" > "$$file.tmp" && \
		cat "$$file.tmp" > "$$file" && rm -f "$$file.tmp" || exit 1; done
.PHONY: relink-documents

include doc/man/local.mk
