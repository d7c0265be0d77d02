// Deliberately bad: whatever it is told, it says OK, only later; a cancel it doesn't notice. "wait_ms" says when.

#include "FaultyAuth.hxx"

#include <cstdlib>

namespace {

struct Exchange {
    const netsane_host_v1 *host;
    uint32_t steps;
};

int32_t init(const netsane_host_v1 *host, void **method)
{
    *method = const_cast<netsane_host_v1 *>(host);
    return 0;
}

uint32_t start(void *method, const netsane_auth_params_v1 *, void **exchange)
{
    const auto *const host = static_cast<const netsane_host_v1 *>(method);
    void *const memory = host->secure_alloc(host->host, sizeof(Exchange));
    *static_cast<Exchange *>(memory) = {host, 0};
    *exchange = memory;
    return NETSANE_VERDICT_CONTINUE;
}

uint32_t step(void *exchange, netsane_auth_step_v1 *step)
{
    Exchange &self = *static_cast<Exchange *>(exchange);
    switch (self.steps++) {
    case 0:
        return NETSANE_VERDICT_CONTINUE;
    case 1:
        step->wait_ms = static_cast<uint32_t>(std::atoi(self.host->config(self.host->host, "wait_ms")));
        return NETSANE_VERDICT_PENDING;
    default:
        return NETSANE_VERDICT_OK;
    }
}

void cancel(void *) {}

void freeExchange(void *exchange)
{
    const Exchange &self = *static_cast<Exchange *>(exchange);
    self.host->secure_free(self.host->host, exchange);
}

const netsane_auth_ops_v1 operations = [] {
    netsane_auth_ops_v1 made = netsane::faultyOperations(step);
    made.start = start;
    made.cancel = cancel;
    made.free = freeExchange;
    return made;
}();
const netsane_plugin_v1 plugin = [] {
    netsane_plugin_v1 made = netsane::faultyPlugin("lateok", 0x8038, &operations);
    made.init = init;
    return made;
}();

} // namespace

NETSANE_PLUGIN_ENTRY(auth_lateok)
{
    (void)host_minor;
    return &plugin;
}
