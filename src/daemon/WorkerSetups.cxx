#include "daemon/WorkerSetups.hxx"

#include "discovery/ServiceText.hxx"

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>

namespace netsane {

namespace {

std::uint32_t inMilliseconds(std::chrono::seconds seconds)
{
    return static_cast<std::uint32_t>(std::chrono::milliseconds(seconds).count());
}

std::map<std::string, std::string> settingsOf(const std::string &kind,
                                              const std::map<std::string, MethodSettings, std::less<>> &methods)
{
    std::map<std::string, std::string> out;
    for (const auto &[method, settings] : methods)
        for (const auto &[key, value] : settings)
            out.emplace(kind + "." + method + "." + key, value);
    return out;
}

TlsOffer tlsOffer(const ServerConfig &config)
{
    const auto has = [&](const char *method) { return std::ranges::find(config.crypt, method) != config.crypt.end(); };
    return !has("tls") ? TlsOffer::no : has("none") ? TlsOffer::offered : TlsOffer::required;
}

} // namespace

SessionSetup makeSessionSetup(const ServerConfig &config, const std::string &installed_plugin_dir)
{
    SessionSetup setup;
    setup.plugin_dir = config.plugin_dir.empty() ? installed_plugin_dir : config.plugin_dir;
    setup.crypt = config.crypt;
    setup.expect_auth = !config.auth.empty();
    setup.login_at_connect = config.auth_at == AuthAt::connect;
    setup.allow_clear_passwords = config.allow_clear_passwords;
    setup.auth_tries = config.auth_tries;
    setup.auth_fail_delay_ms = inMilliseconds(config.auth_fail_delay);
    setup.login_timeout_ms = inMilliseconds(config.login_timeout);
    setup.idle_timeout_ms = inMilliseconds(config.idle_timeout);
    setup.close_timeout_ms = inMilliseconds(config.sane_close_timeout);
    setup.settings = settingsOf("crypt", config.crypt_settings);
    return setup;
}

AuthSetup makeAuthSetup(const ServerConfig &config, const std::string &installed_plugin_dir, bool may_drop)
{
    AuthSetup setup;
    setup.plugin_dir = config.plugin_dir.empty() ? installed_plugin_dir : config.plugin_dir;
    setup.auth = config.auth;
    if (may_drop && config.user != "root")
        setup.drop_to_user = config.user;
    setup.settings = settingsOf("auth", config.auth_settings);
    setup.step_timeout_ms = inMilliseconds(config.auth_step_timeout);
    return setup;
}

DiscoverySetup makeDiscoverySetup(const ServerConfig &config, const std::vector<std::string> &addresses,
                                  const std::string &host)
{
    std::string name = config.discovery_name;
    if (name.empty()) {
        name = "NETSANE on " + host.substr(0, host.find('.'));
        if (!isInstanceName(name.substr(0, max_instance_bytes)))
            name = "NETSANE";
        name.resize(std::min(name.size(), max_instance_bytes));
    }
    return {name, makeServiceText(tlsOffer(config)), addresses};
}

} // namespace netsane
