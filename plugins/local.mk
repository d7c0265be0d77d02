# What every module is linked with: nothing to version, nothing left open, bound at once, one symbol to see. (libtool's
# -export-symbols-regex does nothing for C++ with GNU ld, hence the version script.)
netsane_module_ldflags = -module -avoid-version -no-undefined -shared -Wl,-z,now \
	-Wl,--version-script=$(srcdir)/plugins/plugin.map
EXTRA_DIST += plugins/plugin.map

# for the folder beside them, as "common/…"
method_cppflags = -I$(top_srcdir)/plugins/auth

include plugins/auth/common/local.mk
include plugins/auth/crypt/local.mk
include plugins/auth/pam/local.mk
include plugins/auth/unix/local.mk
include plugins/crypt/none/local.mk
include plugins/crypt/tls/local.mk
