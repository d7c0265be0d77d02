// Deliberately bad: it has the method id of auth_fixed.

#include "FaultyAuth.hxx"

namespace {

const netsane_auth_ops_v1 operations = netsane::faultyOperations();
const netsane_plugin_v1 plugin = netsane::faultyPlugin("duplicate", 0x8002, &operations);

} // namespace

NETSANE_PLUGIN_ENTRY(auth_duplicate)
{
    (void)host_minor;
    return &plugin;
}
