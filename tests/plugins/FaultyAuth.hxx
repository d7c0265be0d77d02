// What the deliberately bad auth modules start from: a method that loads, says CONTINUE to everything and proves
// nothing. Each module changes one thing.

#pragma once

#include <netsane/plugin.h>

namespace netsane {

inline uint32_t startFaulty(void *, const netsane_auth_params_v1 *, void **)
{
    return NETSANE_VERDICT_CONTINUE;
}
inline uint32_t stepFaulty(void *, netsane_auth_step_v1 *)
{
    return NETSANE_VERDICT_CONTINUE;
}
inline void freeFaulty(void *) {}

constexpr netsane_auth_ops_v1 faultyOperations(uint32_t (*step)(void *, netsane_auth_step_v1 *) = stepFaulty)
{
    netsane_auth_ops_v1 operations{};
    operations.struct_size = sizeof operations;
    operations.start = startFaulty;
    operations.step = step;
    operations.free = freeFaulty;
    return operations;
}

constexpr netsane_plugin_v1 faultyPlugin(const char *name, uint32_t id, const netsane_auth_ops_v1 *operations)
{
    netsane_plugin_v1 plugin{};
    plugin.struct_size = sizeof plugin;
    plugin.kind = NETSANE_KIND_AUTH;
    plugin.method_id = id;
    plugin.flags = NETSANE_FLAG_TEST_ONLY;
    plugin.name = name;
    plugin.version = "1";
    plugin.auth_server = operations;
    plugin.auth_client = operations;
    return plugin;
}

} // namespace netsane
