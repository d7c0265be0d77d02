// Its init answers that it works as root only, whoever asks.

#include "FaultyAuth.hxx"

namespace {

int32_t init(const netsane_host_v1 *host, void **)
{
    host->log(host->host, NETSANE_LOG_ERROR, "the drawer is locked");
    return NETSANE_INIT_NEEDS_ROOT;
}

const netsane_auth_ops_v1 operations = netsane::faultyOperations();
const netsane_plugin_v1 plugin = [] {
    netsane_plugin_v1 made = netsane::faultyPlugin("needsroot", 0x801a, &operations);
    made.init = init;
    return made;
}();

} // namespace

NETSANE_PLUGIN_ENTRY(auth_needsroot)
{
    (void)host_minor;
    return &plugin;
}
