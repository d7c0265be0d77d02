// Deliberately bad: a shared object that is no plugin.

#include <netsane/plugin.h>

extern "C" NETSANE_PLUGIN_EXPORT int auth_noentry_something_else;

int auth_noentry_something_else = 1;
