// Moody.hxx, in the auth process itself.

#include "Moody.hxx"

namespace {

const netsane_plugin_v1 plugin = netsane::moodyPlugin("moodyinline", 0x8021, 0);

} // namespace

NETSANE_PLUGIN_ENTRY(auth_moodyinline)
{
    (void)host_minor;
    return &plugin;
}
