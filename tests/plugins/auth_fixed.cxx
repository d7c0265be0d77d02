// A good method for tests, id 0x8002: two round trips. The server sends the word under the configuration key
// "challenge" (or "mirror"), the client answers with it backwards; the server sends "password", the client asks the
// person, and the answer must be the value of "password" (or "sesame"). The login's identity is the user's name, or the
// value of "identity".

#include <algorithm>
#include <cstring>
#include <exception>
#include <memory>
#include <netsane/plugin.h>
#include <string>
#include <string_view>

namespace {

class Exchange {
public:
    Exchange(const netsane_host_v1 &host, const netsane_auth_params_v1 &params)
        : host_(host), exchange_(params.exchange)
    {
    }

    uint32_t stepServer(netsane_auth_step_v1 &step)
    {
        switch (step_++) {
        case 0:
            return send(step, config("challenge", "mirror"), NETSANE_VERDICT_CONTINUE);
        case 1: {
            std::string backwards = config("challenge", "mirror");
            std::ranges::reverse(backwards);
            return isOne(step, backwards) ? send(step, "password", NETSANE_VERDICT_CONTINUE) : fail("wrong answer");
        }
        default:
            if (!isOne(step, config("password", "sesame")))
                return fail("wrong password");
            if (const char *const identity = host_.config(host_.host, "identity"))
                host_.set_identity(exchange_, identity);
            return NETSANE_VERDICT_OK;
        }
    }

    uint32_t stepClient(netsane_auth_step_v1 &step)
    {
        if (step.in_count != 1 || step.in[0].size == 0)
            return fail("the request doesn't have one field");
        std::string text(static_cast<const char *>(step.in[0].data), step.in[0].size - 1);
        if (step_++ == 0) {
            std::ranges::reverse(text);
            return send(step, text, NETSANE_VERDICT_CONTINUE);
        }
        char answer[64];
        if (host_.prompt(exchange_, NETSANE_PROMPT_HIDDEN, text.c_str(), answer, sizeof answer) != 0)
            return fail("no answer");
        return send(step, answer, NETSANE_VERDICT_OK);
    }

private:
    std::string config(const char *key, const char *otherwise) const
    {
        const char *const value = host_.config(host_.host, key);
        return value != nullptr ? value : otherwise;
    }

    static bool isOne(const netsane_auth_step_v1 &step, const std::string &text)
    {
        return step.in_count == 1 && step.in[0].size == text.size() + 1 &&
               std::memcmp(step.in[0].data, text.c_str(), text.size() + 1) == 0;
    }

    uint32_t send(netsane_auth_step_v1 &step, std::string_view text, uint32_t verdict)
    {
        text_ = text;
        field_ = {text_.c_str(), text_.size() + 1};
        step.out = &field_;
        step.out_count = 1;
        return verdict;
    }

    uint32_t fail(const char *reason) const
    {
        host_.set_reason(exchange_, reason);
        return NETSANE_VERDICT_FAIL;
    }

    const netsane_host_v1 &host_;
    void *const exchange_;
    int step_ = 0;
    std::string text_;
    netsane_field field_{};
};

int32_t init(const netsane_host_v1 *host, void **method)
{
    *method = const_cast<netsane_host_v1 *>(host);
    return 0;
}

uint32_t start(void *method, const netsane_auth_params_v1 *params, void **exchange)
{
    *exchange = std::make_unique<Exchange>(*static_cast<const netsane_host_v1 *>(method), *params).release();
    return NETSANE_VERDICT_CONTINUE;
}

uint32_t stepServer(void *exchange, netsane_auth_step_v1 *step)
{
    return static_cast<Exchange *>(exchange)->stepServer(*step);
}

uint32_t stepClient(void *exchange, netsane_auth_step_v1 *step)
{
    return static_cast<Exchange *>(exchange)->stepClient(*step);
}

void freeExchange(void *exchange)
{
    const std::unique_ptr<Exchange> owned(static_cast<Exchange *>(exchange));
}

constexpr netsane_auth_ops_v1 operations(uint32_t (*step)(void *, netsane_auth_step_v1 *))
{
    return {sizeof(netsane_auth_ops_v1), 0, start, step, nullptr, freeExchange};
}

constexpr netsane_auth_ops_v1 server = operations(stepServer);
constexpr netsane_auth_ops_v1 client = operations(stepClient);

const netsane_plugin_v1 plugin = {
    .struct_size = sizeof plugin,
    .kind = NETSANE_KIND_AUTH,
    .method_id = 0x8002,
    .flags = NETSANE_FLAG_TEST_ONLY,
    .name = "fixed",
    .version = "1",
    .init = init,
    .fini = nullptr,
    .auth_server = &server,
    .auth_client = &client,
    .crypt_server = nullptr,
    .crypt_client = nullptr,
};

} // namespace

NETSANE_PLUGIN_ENTRY(auth_fixed)
{
    (void)host_minor;
    return &plugin;
}
