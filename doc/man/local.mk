# doc/man: manual pages in mdoc(7), with the configured folders put in
man_pages = \
	doc/man/netsane.1 \
	doc/man/netsane_printf.3 \
	doc/man/netsaned.conf.5 \
	doc/man/sane-netsane.5 \
	doc/man/netsane-plugin.7 \
	doc/man/netsaned.8
man_MANS = $(man_pages)
dist_man_MANS = doc/man/netsane_scanf.3
CLEANFILES += $(man_pages)
EXTRA_DIST += \
	doc/man/netsane.1.in \
	doc/man/netsane_printf.3.in \
	doc/man/netsaned.conf.5.in \
	doc/man/sane-netsane.5.in \
	doc/man/netsane-plugin.7.in \
	doc/man/netsaned.8.in

doc/man/netsane.1: doc/man/netsane.1.in
doc/man/netsane_printf.3: doc/man/netsane_printf.3.in
doc/man/netsaned.conf.5: doc/man/netsaned.conf.5.in
doc/man/sane-netsane.5: doc/man/sane-netsane.5.in
doc/man/netsane-plugin.7: doc/man/netsane-plugin.7.in
doc/man/netsaned.8: doc/man/netsaned.8.in
$(man_pages): Makefile
	$(AM_V_GEN)$(MKDIR_P) doc/man && \
	sed -e 's|@sysconfdir[@]|$(sysconfdir)|g' -e 's|@plugindir[@]|$(plugindir)|g' \
		-e 's|@netsanestatedir[@]|$(netsanestatedir)|g' -e 's|@netsanerunstatedir[@]|$(netsanerunstatedir)|g' -e 's|@programdir[@]|$(programdir)|g' \
		-e 's|@sanebackenddir[@]|$(sanebackenddir)|g' -e 's|@includedir[@]|$(includedir)|g' \
		-e 's|@docdir[@]|$(docdir)|g' \
		$(srcdir)/$@.in > $@.tmp && mv $@.tmp $@
