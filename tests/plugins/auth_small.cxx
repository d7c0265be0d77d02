// Deliberately bad: its descriptor is too small.

#include "FaultyAuth.hxx"

namespace {

const netsane_auth_ops_v1 operations = netsane::faultyOperations();
const netsane_plugin_v1 plugin = [] {
    netsane_plugin_v1 made = netsane::faultyPlugin("small", 0x8011, &operations);
    made.struct_size = offsetof(netsane_plugin_v1, auth_server);
    return made;
}();

} // namespace

NETSANE_PLUGIN_ENTRY(auth_small)
{
    (void)host_minor;
    return &plugin;
}
