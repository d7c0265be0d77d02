// A method for tests whose step does what the user is called: "hang" never comes back, "busy" neither and burns time,
// "crash" dies by a signal, "exit" ends its process, "throw" throws, "slow" takes five seconds, "other" isn't for this
// method, "otherlate" says so too late; a wrong password makes "again" ask once more, and "later" take a minute.
// Everybody's password is "sesame".

#pragma once

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <netsane/plugin.h>
#include <stdexcept>
#include <string>
#include <unistd.h>

namespace netsane {

struct MoodyExchange {
    std::string user;
    int steps = 0;
};

inline uint32_t startMoody(void *, const netsane_auth_params_v1 *params, void **exchange)
{
    *exchange = new MoodyExchange{params->user};
    return NETSANE_VERDICT_CONTINUE;
}

inline void beMoody(const std::string &user)
{
    if (user == "hang")
        for (;;)
            ::pause();
    if (user == "busy")
        for (volatile unsigned count = 0;;)
            count = count + 1;
    if (user == "crash") {
        ::signal(SIGABRT, SIG_DFL);
        std::abort();
    }
    if (user == "exit")
        ::_exit(0);
    if (user == "throw")
        throw std::runtime_error("moody");
    if (user == "slow")
        ::sleep(5);
}

inline uint32_t stepMoody(void *handle, netsane_auth_step_v1 *step)
{
    auto &exchange = *static_cast<MoodyExchange *>(handle);
    if (exchange.steps++ == 0)
        return exchange.user == "other" ? NETSANE_VERDICT_NOT_APPLICABLE : NETSANE_VERDICT_CONTINUE;
    beMoody(exchange.user);
    if (exchange.user == "otherlate")
        return NETSANE_VERDICT_NOT_APPLICABLE;
    const bool right = step->in_count == 1 && step->in[0].size == sizeof "sesame" &&
                       std::memcmp(step->in[0].data, "sesame", sizeof "sesame") == 0;
    if (!right && exchange.user == "again")
        return NETSANE_VERDICT_CONTINUE;
    if (!right && exchange.user == "later") {
        step->wait_ms = 60000;
        return NETSANE_VERDICT_PENDING;
    }
    return right ? NETSANE_VERDICT_OK : NETSANE_VERDICT_FAIL;
}

inline void freeMoody(void *handle)
{
    delete static_cast<MoodyExchange *>(handle);
}

inline constexpr netsane_auth_ops_v1 moody_operations{
    sizeof(netsane_auth_ops_v1), 0, startMoody, stepMoody, nullptr, freeMoody};

constexpr netsane_plugin_v1 moodyPlugin(const char *name, uint32_t id, uint32_t flags)
{
    netsane_plugin_v1 plugin{};
    plugin.struct_size = sizeof plugin;
    plugin.kind = NETSANE_KIND_AUTH;
    plugin.method_id = id;
    plugin.flags = flags | NETSANE_FLAG_TEST_ONLY;
    plugin.name = name;
    plugin.version = "1";
    plugin.auth_server = &moody_operations;
    return plugin;
}

} // namespace netsane
