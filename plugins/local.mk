# What every module is linked with: nothing to version, nothing left open, bound at once, one symbol to see.
netsane_module_ldflags = -module -avoid-version -no-undefined -shared -Wl,-z,now \
	-export-symbols-regex '_LTX_netsane_plugin_v1$$'

include plugins/auth/unix/local.mk
include plugins/crypt/none/local.mk
