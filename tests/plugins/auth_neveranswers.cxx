// Deliberately bad: its step is never done.

#include "FaultyAuth.hxx"

namespace {

uint32_t step(void *, netsane_auth_step_v1 *step)
{
    step->wait_ms = 10;
    return NETSANE_VERDICT_PENDING;
}

const netsane_auth_ops_v1 operations = netsane::faultyOperations(step);
const netsane_plugin_v1 plugin = netsane::faultyPlugin("neveranswers", 0x8015, &operations);

} // namespace

NETSANE_PLUGIN_ENTRY(auth_neveranswers)
{
    (void)host_minor;
    return &plugin;
}
