// The client's netsane.conf, with any text: each line that isn't right is reported with file and line and connects to
// nobody, and the servers that are accepted, written down anew, are the same.

#include "config/ClientConfig.hxx"
#include "tests/fuzz/ReportCheck.hxx"

#include <cstdint>
#include <string>

namespace {

using namespace netsane;

const std::string file = "/etc/sane.d/netsane.conf";

// Nothing that a file can say has a quote in it.
void add(std::string &line, const char *key, const std::optional<std::string> &value)
{
    if (value)
        line += std::string(" ") + key + "=\"" + *value + "\"";
}

std::string names(const std::vector<std::string> &methods)
{
    std::string result;
    for (const auto &method : methods)
        result += method + " ";
    return result;
}

std::string write(const ServerEntry &server)
{
    const auto &settings = server.settings;
    constexpr const char *tls_names[] = {"require", "prefer", "off"};
    std::string line = "\"" + server.name.textWithPort() + "\"";
    if (settings.connect_timeout)
        add(line, "connect_timeout", std::to_string(settings.connect_timeout->count()));
    if (settings.tls)
        add(line, "tls", tls_names[static_cast<size_t>(*settings.tls)]);
    if (settings.auth)
        add(line, "auth", names(*settings.auth));
    add(line, "user", settings.user);
    if (settings.password)
        add(line, "password", std::string(settings.password->view()));
    add(line, "plugin_dir", settings.plugin_dir);
    add(line, "ca", settings.ca);
    add(line, "certificate", settings.certificate);
    add(line, "key", settings.key);
    add(line, "min_version", settings.min_version);
    add(line, "known_servers", settings.known_servers);
    if (settings.allow_clear_passwords)
        add(line, "allow_clear_passwords", *settings.allow_clear_passwords ? "yes" : "no");
    return line + "\n";
}

std::string write(const ClientConfig &config)
{
    std::string text;
    for (const auto &server : config.servers()) {
        if (server.settings.fault) // a default isn't right: nobody is connected to
            continue;
        require(server.settings.certificate.has_value() == server.settings.key.has_value(),
                "a certificate goes with its key");
        text += write(server);
    }
    return text;
}

void check(std::string_view text, bool may_hold_password)
{
    ClientConfig config;
    config.parse(text, file, may_hold_password);
    for (const auto &problem : config.problems())
        requireReport(problem, file, text);
    const std::string written = write(config);
    for (const auto &server : config.servers())
        require(may_hold_password || !server.settings.password, "no password where others can read it");
    ClientConfig again;
    again.parse(written, file);
    require(again.problems().empty(), "what is accepted is accepted again");
    require(write(again) == written, "and is the same");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char *>(data), size);
    check(text, true);
    check(text, false);
    ClientConfig list;
    list.addServers(text, "NETSANE_SERVERS");
    for (const auto &server : list.servers())
        require(parseServerName(server.name.textWithPort()) == server.name, "a server's name reads as it is written");
    return 0;
}
