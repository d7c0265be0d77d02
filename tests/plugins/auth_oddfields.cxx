// Deliberately bad: its fields out are impossible: a size without data.

#include "FaultyAuth.hxx"

namespace {

const netsane_field field = {nullptr, 4};

uint32_t step(void *, netsane_auth_step_v1 *step)
{
    step->out = &field;
    step->out_count = 1;
    return NETSANE_VERDICT_CONTINUE;
}

const netsane_auth_ops_v1 operations = netsane::faultyOperations(step);
const netsane_plugin_v1 plugin = netsane::faultyPlugin("oddfields", 0x8018, &operations);

} // namespace

NETSANE_PLUGIN_ENTRY(auth_oddfields)
{
    (void)host_minor;
    return &plugin;
}
