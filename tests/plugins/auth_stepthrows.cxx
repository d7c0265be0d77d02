// Deliberately bad: its step throws.

#include "FaultyAuth.hxx"

#include <stdexcept>

namespace {

uint32_t step(void *, netsane_auth_step_v1 *)
{
    throw std::runtime_error("step");
}

const netsane_auth_ops_v1 operations = netsane::faultyOperations(step);
const netsane_plugin_v1 plugin = netsane::faultyPlugin("stepthrows", 0x8014, &operations);

} // namespace

NETSANE_PLUGIN_ENTRY(auth_stepthrows)
{
    (void)host_minor;
    return &plugin;
}
