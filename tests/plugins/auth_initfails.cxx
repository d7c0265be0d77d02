// Deliberately bad: its init fails.

#include "FaultyAuth.hxx"

namespace {

int32_t init(const netsane_host_v1 *host, void **)
{
    host->log(host->host, NETSANE_LOG_ERROR, "the licence has run out");
    return -1;
}

const netsane_auth_ops_v1 operations = netsane::faultyOperations();
const netsane_plugin_v1 plugin = [] {
    netsane_plugin_v1 made = netsane::faultyPlugin("initfails", 0x8012, &operations);
    made.init = init;
    return made;
}();

} // namespace

NETSANE_PLUGIN_ENTRY(auth_initfails)
{
    (void)host_minor;
    return &plugin;
}
