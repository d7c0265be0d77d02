#include "config/ServerConfig.hxx"

#include "config/CidrPrefix.hxx"
#include "config/TomlSection.hxx"
#include "os/Error.hxx"
#include "os/UniqueFd.hxx"
#include "os/UnixListener.hxx"
#include "util/Printable.hxx"
#include "util/Utf8.hxx"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <stdexcept>
#include <unistd.h>
#include <utility>

namespace netsane {

namespace {

using EmptyList = TomlSection::EmptyList;

constexpr std::size_t max_file_bytes = 1U << 20;
constexpr std::size_t max_name_bytes = 64;
constexpr std::size_t max_discovery_name_bytes = 63; // of DNS-SD
constexpr std::size_t max_report_bytes = 1024;
constexpr std::int64_t max_idle_seconds = 7 * 24 * 3600;
constexpr std::int64_t max_connections_possible = 100'000;
constexpr std::int64_t max_devices_possible = 1000;
constexpr std::int64_t max_warm = 16;
constexpr std::int64_t max_trace_megabytes = 1024;
constexpr std::int64_t max_trace_files = 10'000;

// The names of methods and of the keys in their sections.
bool isName(std::string_view name)
{
    return !name.empty() && name.size() <= max_name_bytes && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

void checkMethod(const std::string &name)
{
    if (!isName(name))
        throw std::invalid_argument("\"" + name + "\": the name of a method is 1 to 64 of a-z, 0-9, _ and -");
}

void checkProcessClass(const std::string &name)
{
    if (name != "session" && name != "auth" && name != "device" && name != "discovery")
        throw std::invalid_argument("\"" + name + R"(": must be "session", "auth", "device" or "discovery")");
}

void checkAbsolute(const std::string &path)
{
    if (!path.starts_with('/'))
        throw std::invalid_argument("\"" + path + "\": must be an absolute path");
}

void checkSocketPath(const std::string &path)
{
    checkAbsolute(path);
    if (path.size() > max_unix_path_bytes)
        throw std::invalid_argument("\"" + path + "\": the path of a unix socket has at most " +
                                    std::to_string(max_unix_path_bytes) + " bytes");
}

void checkUser(const std::string &user)
{
    if (user == "@")
        throw std::invalid_argument("\"@\": the name of a group is missing");
}

void checkHost(const std::string &host)
{
    if (host == "*" || host == "unix")
        return;
    try {
        CidrPrefix::parse(host);
    } catch (const std::invalid_argument &error) {
        throw std::invalid_argument("\"" + host + "\": " + error.what());
    }
}

void checkDiscoveryName(const std::string &name)
{
    if (name.empty() || name.size() > max_discovery_name_bytes || !isPrintableUtf8(name))
        throw std::invalid_argument("a name is 1 to 63 bytes of text, without control characters");
}

void readListen(TomlSection &top, ServerConfig &config)
{
    std::vector<std::string> texts;
    std::vector<ListenAddress> addresses;
    top.readList(
        "listen", texts, EmptyList::refused,
        [&](const std::string &text) {
            const auto address = ListenAddress::parse(text, default_listen_port);
            // Compared as addresses: "localhost" and "localhost:6576" are the same.
            const bool picked_by_kernel = !address.isUnix() && address.port == 0;
            if (!picked_by_kernel && std::find(addresses.begin(), addresses.end(), address) != addresses.end())
                throw std::invalid_argument("\"" + text + "\": " + address.toString() + " stands there twice");
            addresses.push_back(address);
        },
        TomlSection::Repeated::allowed);
    if (!addresses.empty())
        config.listen = std::move(addresses);
}

void readAuthAt(TomlSection &top, ServerConfig &config)
{
    std::string text;
    top.readString("auth_at", text, [](const std::string &value) {
        if (value != "connect" && value != "open")
            throw std::invalid_argument("\"" + value + R"(": must be "connect" or "open")");
    });
    if (!text.empty())
        config.auth_at = text == "connect" ? AuthAt::connect : AuthAt::open;
}

void readOptionalInteger(TomlSection &section, std::string_view key, std::optional<std::size_t> &value)
{
    std::size_t number = 0;
    section.readInteger(key, number, 1, max_connections_possible);
    if (number != 0)
        value = number;
}

void readTop(TomlSection &top, ServerConfig &config)
{
    readListen(top, config);
    top.readString("user", config.user);
    top.readString("group", config.group);
    top.readList("sandbox", config.sandbox, EmptyList::possible, checkProcessClass);
    top.readList("crypt", config.crypt, EmptyList::refused, checkMethod);
    top.readList("auth", config.auth, EmptyList::possible, checkMethod);
    readAuthAt(top, config);
    top.readBool("allow_clear_passwords", config.allow_clear_passwords);
    top.readInteger("auth_tries", config.auth_tries, 1, 100);
    top.readSeconds("auth_fail_delay", config.auth_fail_delay, 0, 60);
    top.readSeconds("auth_step_timeout", config.auth_step_timeout, 1, 3600);
    top.readSeconds("process_timeout", config.process_timeout, 1, 3600);
    top.readSeconds("login_timeout", config.login_timeout, 1, 3600);
    top.readSeconds("idle_timeout", config.idle_timeout, 0, max_idle_seconds);
    top.readInteger("max_connections", config.max_connections, 1, max_connections_possible);
    top.readInteger("max_connections_per_host", config.max_connections_per_host, 1, max_connections_possible);
    readOptionalInteger(top, "max_strangers", config.max_strangers);
    readOptionalInteger(top, "max_strangers_per_host", config.max_strangers_per_host);
    top.readInteger("max_devices_per_user", config.max_devices_per_user, 1, max_devices_possible);
    top.readBool("discovery", config.discovery);
    top.readString("discovery_name", config.discovery_name, checkDiscoveryName);
    top.readString("plugin_dir", config.plugin_dir, checkAbsolute);
    top.readString("groups_file", config.groups_file, checkAbsolute);
    top.readString("state_dir", config.state_dir, checkAbsolute);
    top.readStringOrEmpty("control_socket", config.control_socket, checkSocketPath);
    top.readString("trace", config.trace, checkAbsolute);
    top.readInteger("trace_limit", config.trace_limit, 1, max_trace_megabytes);
    top.readInteger("trace_files", config.trace_files, 1, max_trace_files);
}

void readListRefresh(TomlSection &sane, ServerConfig &config)
{
    constexpr std::chrono::seconds absent{-1};
    std::chrono::seconds period = absent;
    sane.readSeconds("list_refresh", period, 0, 24 * 3600);
    if (period != absent)
        config.sane_list_refresh = period;
}

void readSane(TomlSection &top, ServerConfig &config)
{
    const auto *const table = top.table("sane");
    if (!table)
        return;
    TomlSection sane(*table, "sane", top.file());
    sane.readString("config_dir", config.sane_config_dir, checkAbsolute);
    sane.readList("exclude", config.sane_exclude, EmptyList::possible);
    sane.readSeconds("list_timeout", config.sane_list_timeout, 1, 600);
    sane.readSeconds("call_timeout", config.sane_call_timeout, 1, 3600);
    sane.readSeconds("close_timeout", config.sane_close_timeout, 1, 600);
    sane.readSeconds("list_max_age", config.sane_list_max_age, 0, 24 * 3600);
    readListRefresh(sane, config);
    sane.readInteger("warm", config.sane_warm, 0, max_warm);
    sane.refuseOtherKeys();
}

void readAllow(TomlSection &top, ServerConfig &config)
{
    for (const auto *const table : top.tables("allow")) {
        TomlSection section(*table, "allow", top.file());
        AllowRule rule;
        rule.line = table->source().begin.line;
        section.readList("users", rule.users, EmptyList::refused, checkUser);
        section.readList("hosts", rule.hosts, EmptyList::refused, checkHost);
        section.readList("devices", rule.devices, EmptyList::refused);
        section.refuseOtherKeys();
        config.allow.push_back(std::move(rule));
    }
}

MethodSettings readSettings(const toml::table &table, const std::string &name, const std::string &file)
{
    MethodSettings settings;
    TomlSection section(table, name, file);
    for (const auto &[key, node] : table) {
        const std::string text(key.str());
        if (!isName(text))
            section.fail(text, "a key is 1 to 64 of a-z, 0-9, _ and -");
        settings.emplace(text, section.scalarText(text));
    }
    return settings;
}

// [auth_unix], [crypt_tls]: the sections of methods are whatever isn't a key of the server itself.
void readMethodSections(TomlSection &top, const toml::table &document, std::string_view prefix,
                        std::map<std::string, MethodSettings, std::less<>> &settings)
{
    for (const auto &[key, node] : document) {
        const std::string name(key.str());
        if (!node.is_table() || !name.starts_with(prefix) || !isName(name.substr(prefix.size())))
            continue;
        settings.emplace(name.substr(prefix.size()), readSettings(*top.table(name), name, top.file()));
    }
}

[[noreturn]] void failSyntax(const toml::parse_error &error, const std::string &file)
{
    std::string what(error.description());
    // A mistake that is easily made: TOML has no room for [auth.unix] beside auth = [...].
    if (what.find("existing array 'auth") != what.npos || what.find("existing array 'crypt") != what.npos)
        what += " (the section of a method is written [auth_unix], [crypt_tls])";
    throw ConfigError(file + ":" + std::to_string(error.source().begin.line) + ": " +
                      printable(what, max_report_bytes));
}

toml::table parseDocument(std::string_view text, const std::string &file)
{
    try {
        return toml::parse(text, std::string_view(file));
    } catch (const toml::parse_error &error) {
        failSyntax(error, file);
    }
}

} // namespace

ServerConfig::ServerConfig()
    : listen{ListenAddress::parse("127.0.0.1", default_listen_port), ListenAddress::parse("[::1]", default_listen_port)}
{
}

ServerConfig parseServerConfig(std::string_view text, std::string_view name)
{
    const std::string file(name);
    const toml::table document = parseDocument(text, file);
    ServerConfig config;
    TomlSection top(document, "", file);
    readTop(top, config);
    readSane(top, config);
    readAllow(top, config);
    readMethodSections(top, document, "auth_", config.auth_settings);
    readMethodSections(top, document, "crypt_", config.crypt_settings);
    top.refuseOtherKeys();
    return config;
}

ServerConfig readServerConfig(const std::string &path)
{
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd)
        throw ConfigError(path + ": can't be opened: " + errnoText(errno));
    std::string text;
    char block[16384];
    for (;;) {
        const ssize_t count = ::read(fd.get(), block, sizeof block);
        if (count == 0)
            return parseServerConfig(text, path);
        if (count < 0 && errno != EINTR)
            throw ConfigError(path + ": can't be read: " + errnoText(errno));
        if (count > 0)
            text.append(block, static_cast<std::size_t>(count));
        if (text.size() > max_file_bytes)
            throw ConfigError(path + ": larger than " + std::to_string(max_file_bytes) + " bytes");
    }
}

} // namespace netsane
