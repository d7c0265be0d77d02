// netsaned.conf, with any text: what is refused is reported with file and line, and what is accepted, written down
// anew, is the same configuration. Its rules are asked about somebody, too.

#include "config/AccessRules.hxx"
#include "config/ServerConfig.hxx"
#include "os/SocketAddress.hxx"
#include "tests/fuzz/ReportCheck.hxx"

#include <cstdint>
#include <cstdio>
#include <string>

namespace {

using namespace netsane;

const std::string file = "netsaned.conf";

std::string quoted(const std::string &text)
{
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            result += '\\';
        result += c;
    }
    return result + '"';
}

template<class Item, class Text>
std::string list(const std::vector<Item> &items, Text &&textOf)
{
    std::string result = "[";
    for (const auto &item : items)
        result += quoted(textOf(item)) + ", ";
    return result + "]\n";
}

std::string list(const std::vector<std::string> &items)
{
    return list(items, [](const std::string &item) { return item; });
}

// A key that was absent stays so: an empty text isn't the same as none.
std::string optional(const std::string &key, const std::string &value)
{
    return value.empty() ? "" : key + " = " + quoted(value) + "\n";
}

std::string optional(const std::string &key, const std::vector<std::string> &value)
{
    return value.empty() ? "" : key + " = " + list(value);
}

template<class Number>
std::string number(const std::string &key, Number value)
{
    return key + " = " + std::to_string(value) + "\n";
}

std::string sections(const std::string &prefix, const std::map<std::string, MethodSettings, std::less<>> &methods)
{
    std::string result;
    for (const auto &[method, settings] : methods) {
        result += "[" + prefix + method + "]\n";
        for (const auto &[key, value] : settings)
            result += key + " = " + quoted(value) + "\n";
    }
    return result;
}

std::string write(const ServerConfig &config)
{
    std::string text =
        "listen = " + list(config.listen, [](const ListenAddress &address) { return address.toString(); });
    text += "user = " + quoted(config.user) + "\ngroup = " + quoted(config.group) + "\n";
    text += "crypt = " + list(config.crypt) + "auth = " + list(config.auth);
    text += std::string("auth_at = ") + (config.auth_at == AuthAt::connect ? "\"connect\"\n" : "\"open\"\n");
    text += std::string("allow_clear_passwords = ") + (config.allow_clear_passwords ? "true\n" : "false\n");
    text += number("auth_tries", config.auth_tries) + number("auth_fail_delay", config.auth_fail_delay.count());
    text += number("auth_step_timeout", config.auth_step_timeout.count());
    text += number("process_timeout", config.process_timeout.count());
    text += number("login_timeout", config.login_timeout.count()) + number("idle_timeout", config.idle_timeout.count());
    text += number("max_connections", config.max_connections);
    text += number("max_connections_per_host", config.max_connections_per_host);
    text += optional("plugin_dir", config.plugin_dir) + optional("groups_file", config.groups_file);
    text += optional("state_dir", config.state_dir);
    text += "[sane]\n" + optional("config_dir", config.sane_config_dir) + "exclude = " + list(config.sane_exclude);
    text += number("list_timeout", config.sane_list_timeout.count());
    text += number("list_max_age", config.sane_list_max_age.count());
    if (config.sane_list_refresh)
        text += number("list_refresh", config.sane_list_refresh->count());
    text += number("warm", config.sane_warm);
    for (const auto &rule : config.allow)
        text += "[[allow]]\n" + optional("users", rule.users) + optional("hosts", rule.hosts) +
                optional("devices", rule.devices);
    return text + sections("auth_", config.auth_settings) + sections("crypt_", config.crypt_settings);
}

void askRules(const ServerConfig &config)
{
    const AccessRules rules(config, [](const std::string &, const std::string &) { return false; });
    for (const auto *const address : {"192.0.2.1:7000", "[2001:db8::1]:7000", "unix:/run/n"}) {
        const auto peer = *SocketAddress::parse(address);
        const auto outlook = rules.outlook(peer, "test:0");
        require((outlook == Outlook::now) == rules.decide(std::nullopt, peer, "test:0"),
                "who is to be served now may do it without a login");
        require(outlook <= rules.outlookForHost(peer), "one device is no more than any device");
        require(outlook != Outlook::never || !rules.decide("alice", peer, "test:0"), "never is never");
        require(!rules.refusalReason("alice", peer, "test:0").empty(), "a refusal has a reason");
    }
}

ServerConfig reread(const std::string &text)
{
    try {
        return parseServerConfig(text, "again");
    } catch (const ConfigError &error) {
        std::fprintf(stderr, "%s\nin\n%s\n", error.what(), text.c_str());
        require(false, "what is accepted is accepted again");
        throw;
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char *>(data), size);
    std::string written;
    try {
        const auto config = parseServerConfig(text, file);
        written = write(config);
        askRules(config);
    } catch (const ConfigError &error) {
        requireReport(error.what(), file, text);
        return 0;
    }
    require(write(reread(written)) == written, "and is the same");
    return 0;
}
