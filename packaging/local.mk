# packaging
pkgconfig_DATA += packaging/netsane-plugin.pc

# Configuration belongs to the administrator once it is installed: a new file is put beside it, never over it.
# Both are shell lines that want new= and installed=.
install_configuration = \
	if test -f "$$installed" && ! cmp -s "$$new" "$$installed"; then \
		echo "$$installed was changed: the new one is $$installed.new"; \
		installed="$$installed.new"; \
	fi; \
	$(INSTALL_DATA) "$$new" "$$installed"
uninstall_configuration = \
	if cmp -s "$$new" "$$installed"; then rm -f "$$installed"; fi; \
	rm -f "$$installed.new"

EXTRA_DIST += packaging/netsaned.conf.in packaging/pam.d/netsane
CLEANFILES += packaging/netsaned.conf
packaging/netsaned.conf: packaging/netsaned.conf.in Makefile
	$(AM_V_GEN)$(MKDIR_P) packaging && \
	sed -e 's|@sysconfdir[@]|$(sysconfdir)|g' -e 's|@plugindir[@]|$(plugindir)|g' \
		-e 's|@netsanestatedir[@]|$(netsanestatedir)|g' \
		-e 's|@netsanerunstatedir[@]|$(netsanerunstatedir)|g' \
		$(srcdir)/packaging/netsaned.conf.in > $@.tmp && mv $@.tmp $@

all-local: packaging/netsaned.conf packaging/systemd/netsaned.service

# systemd makes the folders for its own /var/lib and /run; anywhere else it has to be there, and `make install` makes it.
EXTRA_DIST += packaging/systemd/netsaned.service.in packaging/systemd/netsaned.socket packaging/systemd/sysusers.conf
CLEANFILES += packaging/systemd/netsaned.service
packaging/systemd/netsaned.service: packaging/systemd/netsaned.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) packaging/systemd && \
	state='ReadWritePaths=$(netsanestatedir)'; \
	if test '$(netsanestatedir)' = /var/lib/netsane; then state=StateDirectory=netsane; fi; \
	run=' -$(netsanerunstatedir)'; \
	if test '$(netsanerunstatedir)' = /run/netsane; then run=; fi; \
	sed -e 's|@sbindir[@]|$(sbindir)|g' -e 's|@docdir[@]|$(docdir)|g' -e "s|@state_line[@]|$$state|" -e "s|@run_path[@]|$$run|" \
		$(srcdir)/packaging/systemd/netsaned.service.in > $@.tmp && mv $@.tmp $@

if HAVE_SYSTEMD_UNITS
systemdsystemunit_DATA = packaging/systemd/netsaned.service
dist_systemdsystemunit_DATA = packaging/systemd/netsaned.socket
sysusersdir = $(prefix)/lib/sysusers.d
install_units = install-units
uninstall_units = uninstall-units
endif

# To be copied by who wants it.
unitexampledir = $(docdir)/examples
dist_unitexample_DATA = packaging/systemd/local-scanners.conf

install-units:
	$(MKDIR_P) "$(DESTDIR)$(sysusersdir)" "$(DESTDIR)$(netsanestatedir)"
	if test '$(netsanerunstatedir)' != /run/netsane; then $(MKDIR_P) "$(DESTDIR)$(netsanerunstatedir)"; fi
	$(INSTALL_DATA) "$(srcdir)/packaging/systemd/sysusers.conf" "$(DESTDIR)$(sysusersdir)/netsane.conf"

uninstall-units:
	rm -f "$(DESTDIR)$(sysusersdir)/netsane.conf"

# The shells' completions, under the names that they look for.
EXTRA_DIST += packaging/completion/netsane.bash packaging/completion/netsane.zsh
bashcompletiondir = $(datadir)/bash-completion/completions
zshcompletiondir = $(datadir)/zsh/site-functions

install-completion:
	$(MKDIR_P) "$(DESTDIR)$(bashcompletiondir)" "$(DESTDIR)$(zshcompletiondir)"
	$(INSTALL_DATA) "$(srcdir)/packaging/completion/netsane.bash" "$(DESTDIR)$(bashcompletiondir)/netsane"
	$(INSTALL_DATA) "$(srcdir)/packaging/completion/netsane.zsh" "$(DESTDIR)$(zshcompletiondir)/_netsane"

uninstall-completion:
	rm -f "$(DESTDIR)$(bashcompletiondir)/netsane" "$(DESTDIR)$(zshcompletiondir)/_netsane"

install-data-local: packaging/netsaned.conf install-completion $(install_pam) $(install_units)
	$(MKDIR_P) "$(DESTDIR)$(netsaneconfdir)"
	@new=packaging/netsaned.conf; installed="$(DESTDIR)$(netsaneconfdir)/netsaned.conf"; $(install_configuration)

uninstall-local: uninstall-completion $(uninstall_pam) $(uninstall_units)
	@new=packaging/netsaned.conf; installed="$(DESTDIR)$(netsaneconfdir)/netsaned.conf"; $(uninstall_configuration)

# A service of PAM's is named as libpam looks for it, "netsane". A .new beside it is no service that anything asks for.
if HAVE_PAM
pamdir = $(sysconfdir)/pam.d
install_pam = install-pam
uninstall_pam = uninstall-pam
endif

install-pam:
	$(MKDIR_P) "$(DESTDIR)$(pamdir)"
	@new="$(srcdir)/packaging/pam.d/netsane"; installed="$(DESTDIR)$(pamdir)/netsane"; $(install_configuration)

uninstall-pam:
	@new="$(srcdir)/packaging/pam.d/netsane"; installed="$(DESTDIR)$(pamdir)/netsane"; $(uninstall_configuration)

.PHONY: install-completion uninstall-completion install-pam uninstall-pam install-units uninstall-units

# Debian's packages; packaging/build-packages makes them.
EXTRA_DIST += \
	debian/changelog debian/control debian/copyright debian/not-installed debian/rules debian/source/format \
	debian/libnetsane-dev.docs debian/libnetsane-dev.examples debian/libnetsane-dev.install \
	debian/libnetsane1.install debian/libnetsane1.symbols \
	debian/libsane-netsane.docs debian/libsane-netsane.install \
	debian/netsane-methods.install \
	debian/netsane-utils.install \
	debian/netsaned.README.Debian debian/netsaned.dirs debian/netsaned.install debian/netsaned.postinst debian/netsaned.postrm \
	debian/tests/control debian/tests/feeder debian/tests/library debian/tests/scan \
	packaging/build-packages
