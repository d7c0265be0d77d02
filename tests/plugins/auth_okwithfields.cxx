// Deliberately bad: it gives fields along with its OK.

#include "FaultyAuth.hxx"

namespace {

const netsane_field field = {"x", 2};

uint32_t step(void *, netsane_auth_step_v1 *step)
{
    step->out = &field;
    step->out_count = 1;
    return NETSANE_VERDICT_OK;
}

const netsane_auth_ops_v1 operations = netsane::faultyOperations(step);
const netsane_plugin_v1 plugin = netsane::faultyPlugin("okwithfields", 0x8019, &operations);

} // namespace

NETSANE_PLUGIN_ENTRY(auth_okwithfields)
{
    (void)host_minor;
    return &plugin;
}
