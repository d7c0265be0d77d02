// Deliberately bad: it says OK, be it cancelled or not. As a client it asks something first.

#include "FaultyAuth.hxx"

namespace {

struct Exchange {
    const netsane_host_v1 *host;
    void *exchange;
    uint32_t role;
};

int32_t init(const netsane_host_v1 *host, void **method)
{
    *method = const_cast<netsane_host_v1 *>(host);
    return 0;
}

uint32_t start(void *method, const netsane_auth_params_v1 *params, void **exchange)
{
    const auto *const host = static_cast<const netsane_host_v1 *>(method);
    void *const memory = host->secure_alloc(host->host, sizeof(Exchange));
    *static_cast<Exchange *>(memory) = {host, params->exchange, params->role};
    *exchange = memory;
    return NETSANE_VERDICT_CONTINUE;
}

uint32_t step(void *exchange, netsane_auth_step_v1 *)
{
    const Exchange &self = *static_cast<Exchange *>(exchange);
    self.host->log(self.host->host, NETSANE_LOG_DEBUG, "step");
    char answer[16];
    if (self.role == NETSANE_ROLE_CLIENT)
        self.host->prompt(self.exchange, NETSANE_PROMPT_ECHO, "Sure?", answer, sizeof answer);
    return NETSANE_VERDICT_OK;
}

void freeExchange(void *exchange)
{
    const Exchange &self = *static_cast<Exchange *>(exchange);
    self.host->secure_free(self.host->host, exchange);
}

const netsane_auth_ops_v1 operations = [] {
    netsane_auth_ops_v1 made = netsane::faultyOperations(step);
    made.start = start;
    made.free = freeExchange;
    return made;
}();
const netsane_plugin_v1 plugin = [] {
    netsane_plugin_v1 made = netsane::faultyPlugin("aftercancel", 0x8016, &operations);
    made.init = init;
    return made;
}();

} // namespace

NETSANE_PLUGIN_ENTRY(auth_aftercancel)
{
    (void)host_minor;
    return &plugin;
}
