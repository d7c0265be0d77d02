// Deliberately bad: its init throws.

#include "FaultyAuth.hxx"

#include <stdexcept>

namespace {

int32_t init(const netsane_host_v1 *, void **)
{
    throw std::runtime_error("no ink");
}

const netsane_auth_ops_v1 operations = netsane::faultyOperations();
const netsane_plugin_v1 plugin = [] {
    netsane_plugin_v1 made = netsane::faultyPlugin("initthrows", 0x8013, &operations);
    made.init = init;
    return made;
}();

} // namespace

NETSANE_PLUGIN_ENTRY(auth_initthrows)
{
    (void)host_minor;
    return &plugin;
}
