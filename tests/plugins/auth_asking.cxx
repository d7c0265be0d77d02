// A client's method for tests, id 0x8030: a PASS_REQ has pairs of style and text, as PASS_PAM's have; each goes to the
// person, and PASS_RPLY has the answers. Where one isn't answered the method is not applicable.

#include <array>
#include <cstring>
#include <deque>
#include <memory>
#include <netsane/plugin.h>
#include <vector>

namespace {

const netsane_host_v1 *the_host = nullptr;

struct Exchange {
    void *host_exchange;
    std::deque<std::array<char, 512>> answers{};
    std::vector<netsane_field> fields{};
};

bool ask(Exchange &self, uint32_t style, const char *text)
{
    if (style == NETSANE_PROMPT_INFO || style == NETSANE_PROMPT_ERROR)
        return the_host->prompt(self.host_exchange, style, text, nullptr, 0) == 0;
    auto &answer = self.answers.emplace_back();
    if (the_host->prompt(self.host_exchange, style, text, answer.data(), answer.size()) != 0)
        return false;
    self.fields.push_back({answer.data(), std::strlen(answer.data()) + 1});
    return true;
}

uint32_t start(void *, const netsane_auth_params_v1 *params, void **exchange)
{
    *exchange = std::make_unique<Exchange>(Exchange{params->exchange}).release();
    return NETSANE_VERDICT_CONTINUE;
}

uint32_t step(void *exchange, netsane_auth_step_v1 *step)
{
    auto &self = *static_cast<Exchange *>(exchange);
    self.answers.clear();
    self.fields.clear();
    for (uint32_t i = 0; i + 1 < step->in_count; i += 2) {
        const auto *const style = static_cast<const unsigned char *>(step->in[i].data);
        if (!ask(self, style[3], static_cast<const char *>(step->in[i + 1].data)))
            return NETSANE_VERDICT_NOT_APPLICABLE;
    }
    step->out = self.fields.data();
    step->out_count = static_cast<uint32_t>(self.fields.size());
    return NETSANE_VERDICT_CONTINUE;
}

void end(void *exchange)
{
    const std::unique_ptr<Exchange> owner(static_cast<Exchange *>(exchange));
}

int32_t init(const netsane_host_v1 *host, void **method)
{
    the_host = host;
    *method = nullptr;
    return 0;
}

constexpr netsane_auth_ops_v1 operations{sizeof operations, 0, start, step, nullptr, end};

const netsane_plugin_v1 plugin{sizeof plugin, NETSANE_KIND_AUTH, 0x8030,  0,           "asking", "1",
                               init,          nullptr,           nullptr, &operations, nullptr,  nullptr};

} // namespace

NETSANE_PLUGIN_ENTRY(auth_asking)
{
    (void)host_minor;
    return &plugin;
}
