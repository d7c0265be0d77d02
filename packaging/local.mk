# packaging
pkgconfig_DATA += packaging/netsane-plugin.pc

# netsaned.conf belongs to the administrator once it is installed: a new one is put beside it, never over it.
EXTRA_DIST += packaging/netsaned.conf.in
CLEANFILES += packaging/netsaned.conf
packaging/netsaned.conf: packaging/netsaned.conf.in Makefile
	$(AM_V_GEN)$(MKDIR_P) packaging && \
	sed -e 's|@sysconfdir[@]|$(sysconfdir)|g' -e 's|@plugindir[@]|$(plugindir)|g' \
		$(srcdir)/packaging/netsaned.conf.in > $@.tmp && mv $@.tmp $@

all-local: packaging/netsaned.conf

install-data-local: packaging/netsaned.conf
	$(MKDIR_P) "$(DESTDIR)$(netsaneconfdir)"
	@installed="$(DESTDIR)$(netsaneconfdir)/netsaned.conf"; \
	if test -f "$$installed" && ! cmp -s packaging/netsaned.conf "$$installed"; then \
		echo "$$installed was changed: the new one is $$installed.new"; \
		installed="$$installed.new"; \
	fi; \
	$(INSTALL_DATA) packaging/netsaned.conf "$$installed"

uninstall-local:
	@installed="$(DESTDIR)$(netsaneconfdir)/netsaned.conf"; \
	if cmp -s packaging/netsaned.conf "$$installed"; then rm -f "$$installed"; fi; \
	rm -f "$$installed.new"
