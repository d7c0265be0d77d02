// Deliberately bad: its verdict is none of those that exist.

#include "FaultyAuth.hxx"

namespace {

uint32_t step(void *, netsane_auth_step_v1 *)
{
    return 77;
}

const netsane_auth_ops_v1 operations = netsane::faultyOperations(step);
const netsane_plugin_v1 plugin = netsane::faultyPlugin("oddverdict", 0x8017, &operations);

} // namespace

NETSANE_PLUGIN_ENTRY(auth_oddverdict)
{
    (void)host_minor;
    return &plugin;
}
