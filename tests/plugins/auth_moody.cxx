// Moody.hxx, in a process of its own.

#include "Moody.hxx"

namespace {

const netsane_plugin_v1 plugin = netsane::moodyPlugin("moody", 0x8020, NETSANE_FLAG_BLOCKING);

} // namespace

NETSANE_PLUGIN_ENTRY(auth_moody)
{
    (void)host_minor;
    return &plugin;
}
