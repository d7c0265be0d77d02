#include "config/ClientConfig.hxx"

#include "config/ConfigWords.hxx"
#include "os/Error.hxx"
#include "os/UniqueFd.hxx"
#include "util/Printable.hxx"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace netsane {

struct ClientConfig::Line {
    std::string_view text;
    const std::string &file_name;
    unsigned number;
    bool may_hold_password;
};

namespace {

constexpr std::size_t max_file_bytes = 1U << 20;
constexpr std::size_t max_problem_bytes = 1024;

std::vector<std::string> splitList(std::string_view text)
{
    std::vector<std::string> words;
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of(" \t,"), text.size());
        if (end != 0)
            words.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

std::optional<bool> parseBool(std::string_view text) noexcept
{
    if (text == "yes" || text == "true" || text == "1")
        return true;
    if (text == "no" || text == "false" || text == "0")
        return false;
    return std::nullopt;
}

std::optional<TlsMode> parseTls(std::string_view text) noexcept
{
    if (text == "require")
        return TlsMode::require;
    if (text == "prefer")
        return TlsMode::prefer;
    if (text == "off")
        return TlsMode::off;
    return std::nullopt;
}

std::optional<std::chrono::seconds> parseTimeout(std::string_view text) noexcept
{
    const auto number = parsePort(text); // the same digits
    return number && *number <= 3600 ? std::optional(std::chrono::seconds(*number)) : std::nullopt;
}

std::optional<std::string> absolutePath(std::string_view text)
{
    return text.starts_with('/') ? std::optional(std::string(text)) : std::nullopt;
}

std::optional<std::string> parseVersion(std::string_view text)
{
    return text == "1.2" || text == "1.3" ? std::optional(std::string(text)) : std::nullopt;
}

std::optional<std::string> parseUser(std::string_view text)
{
    return text.empty() || text.size() > max_stored_user_bytes ? std::nullopt : std::optional(std::string(text));
}

// One key: how its value is read into the settings. False: not a value of this key.
struct Key {
    std::string_view name;
    bool (*set)(ServerSettings &, std::string_view);
    const char *expects;
};

template<auto Member, auto Parse>
bool setMember(ServerSettings &settings, std::string_view text)
{
    auto value = Parse(text);
    if (!value)
        return false;
    settings.*Member = std::move(*value);
    return true;
}

std::optional<Secret> parsePassword(std::string_view text)
{
    return text.empty() || text.size() > max_stored_password_bytes ? std::nullopt : std::optional(Secret(text));
}

constexpr std::array<Key, 12> keys{{
    {"connect_timeout", setMember<&ServerSettings::connect_timeout, parseTimeout>, "1 to 3600 seconds"},
    {"tls", setMember<&ServerSettings::tls, parseTls>, "require, prefer or off"},
    {"auth", setMember<&ServerSettings::auth, splitMethodNames>, "names of methods, such as crypt unix pam"},
    {"user", setMember<&ServerSettings::user, parseUser>, "a name of 1 to 255 bytes"},
    {"password", setMember<&ServerSettings::password, parsePassword>, "a password of 1 to 511 bytes"},
    {"plugin_dir", setMember<&ServerSettings::plugin_dir, absolutePath>, "an absolute path"},
    {"ca", setMember<&ServerSettings::ca, absolutePath>, "an absolute path"},
    {"certificate", setMember<&ServerSettings::certificate, absolutePath>, "an absolute path"},
    {"key", setMember<&ServerSettings::key, absolutePath>, "an absolute path"},
    {"min_version", setMember<&ServerSettings::min_version, parseVersion>, "1.3 or 1.2"},
    {"known_servers", setMember<&ServerSettings::known_servers, absolutePath>, "an absolute path"},
    {"allow_clear_passwords", setMember<&ServerSettings::allow_clear_passwords, parseBool>, "yes or no"},
}};

// No server's, so there is nothing to say of it in a server's line.
constexpr std::string_view discover_key = "discover";

bool isKey(std::string_view name) noexcept
{
    return std::any_of(keys.begin(), keys.end(), [name](const Key &key) { return key.name == name; });
}

const ServerEntry *findEntry(const std::vector<ServerEntry> &entries, const ServerName &name) noexcept
{
    const auto found = std::ranges::find(entries, name, &ServerEntry::name);
    return found == entries.end() ? nullptr : &*found;
}

// A value put together, which may be a password: wiped at the end.
struct ScratchText {
    explicit ScratchText(std::size_t max_bytes) { text.reserve(max_bytes); }
    ~ScratchText() { wipeText(text); }
    ScratchText(const ScratchText &) = delete;
    ScratchText &operator=(const ScratchText &) = delete;

    std::string text;
};

// What is wrong with the client's certificate and key, or nullptr.
const char *faultOfPair(const ServerSettings &settings) noexcept
{
    if (settings.certificate && !settings.key)
        return "\"certificate\" without its \"key\"";
    if (settings.key && !settings.certificate)
        return "\"key\" without its \"certificate\"";
    return nullptr;
}

template<typename T>
void fill(std::optional<T> &value, const std::optional<T> &other)
{
    if (!value)
        value = other;
}

} // namespace

// Method names become part of a file name.
std::optional<std::vector<std::string>> splitMethodNames(std::string_view text)
{
    auto names = splitList(text);
    for (const auto &name : names)
        if (name.size() > 64 || name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") != std::string::npos)
            return std::nullopt;
    return names;
}

void ServerSettings::inherit(const ServerSettings &defaults)
{
    fill(connect_timeout, defaults.connect_timeout);
    tls_by_default = tls_by_default || (!tls && defaults.tls);
    fill(tls, defaults.tls);
    fill(auth, defaults.auth);
    // A password belongs to its user name.
    if (!user) {
        user = defaults.user;
        fill(password, defaults.password);
    } else if (user == defaults.user) {
        fill(password, defaults.password);
    }
    fill(plugin_dir, defaults.plugin_dir);
    if (!ca && defaults.fault)
        fill(fault, defaults.fault);
    fill(ca, defaults.ca);
    if (!certificate && !key) {
        certificate = defaults.certificate;
        key = defaults.key;
    }
    fill(min_version, defaults.min_version);
    fill(known_servers, defaults.known_servers);
    fill(allow_clear_passwords, defaults.allow_clear_passwords);
}

void ClientConfig::addProblem(const Line &line, const std::string &what)
{
    problems_.push_back(line.file_name + ":" + std::to_string(line.number) + ": " + printable(what, max_problem_bytes));
}

void ClientConfig::refuseServer(const ServerName &name, const Line &line, const std::string &what)
{
    addProblem(line, what);
    ServerEntry entry{name, {}};
    entry.settings.fault = problems_.back();
    servers_.push_back(std::move(entry));
}

bool ClientConfig::setKey(ServerSettings &settings, const Line &line, std::string_view key, std::string_view value)
{
    const auto found = std::find_if(keys.begin(), keys.end(), [key](const Key &k) { return k.name == key; });
    if (found == keys.end()) {
        addProblem(line, "unknown key \"" + std::string(key) + "\"");
        return false;
    }
    if (key == "password" && !line.may_hold_password) {
        addProblem(line, "password is not used, because others may read the file or it isn't yours (chmod o-r)");
        return true;
    }
    if (!found->set(settings, value)) {
        // A value is not repeated here: it could be a secret.
        addProblem(line, "bad value of \"" + std::string(key) + "\", expected " + found->expects);
        return false;
    }
    return true;
}

void ClientConfig::setDiscover(const Line &line, std::string_view value)
{
    const auto wanted = value == "all" ? std::optional(true) : parseBool(value);
    if (!wanted)
        addProblem(line, "bad value of \"discover\", expected yes, no or all");
    discover_ = !wanted.value_or(false) ? Discover::no : value == "all" ? Discover::all : Discover::yes;
}

void ClientConfig::parseLine(const Line &line)
{
    if (line.text.find('\0') != std::string_view::npos)
        return addProblem(line, "NUL in the line");
    const auto words = ConfigWords::split(line.text);
    if (!words)
        return addProblem(line, "quote without its partner");
    if (words->empty())
        return;
    // key=value, key = value
    const bool apart = words->size() > 1 && (*words)[1].starts_with('=');
    if ((*words)[0].find('=') != std::string::npos || apart)
        return parseDefault(line, *words);
    parseServer(line, *words);
}

void ClientConfig::parseDefault(const Line &line, const ConfigWords &words)
{
    const std::string_view first = words[0];
    const auto equals = first.find('=');
    const bool apart = equals == std::string_view::npos;
    ScratchText value(line.text.size());
    value.text = std::string_view(apart ? words[1] : words[0]).substr(apart ? 1 : equals + 1);
    for (std::size_t i = apart ? 2 : 1; i < words.size(); ++i) {
        if (!value.text.empty())
            value.text += ' ';
        value.text += words[i];
    }
    const auto key = first.substr(0, equals);
    if (key == "certificate" || key == "key")
        certificate_line_ = line.number;
    if (key == discover_key)
        return setDiscover(line, value.text);
    if (setKey(defaults_, line, key, value.text))
        return;
    // Without its CA, or those that are known, a server would be trusted at first sight.
    if (key == "ca" || key == "known_servers")
        defaults_.fault = problems_.back();
    else if (key == "tls")
        defaults_.tls = TlsMode::require;
}

void ClientConfig::parseServer(const Line &line, const ConfigWords &words)
{
    const auto name = parseServerName(words[0]);
    if (!name)
        return addProblem(line, "\"" + words[0] + "\" is no server: expected host, host:port, [v6]:port or unix:/path");
    ServerEntry entry{*name, {}};
    bool password_seen = false;
    for (std::size_t i = 1; i < words.size(); ++i) {
        // Words behind a password are not repeated: one could be a part of it whose quotes were forgotten.
        const std::string_view word = words[i];
        const auto end = word.find('=');
        if (end == std::string_view::npos)
            return refuseServer(*name, line, "expected key=value as word " + std::to_string(i + 1));
        const auto key = word.substr(0, end);
        if (password_seen && !isKey(key))
            return refuseServer(*name, line, "unknown key in word " + std::to_string(i + 1));
        if (!setKey(entry.settings, line, key, word.substr(end + 1))) {
            entry.settings = {};
            entry.settings.fault = problems_.back();
            return servers_.push_back(std::move(entry));
        }
        password_seen = password_seen || key == "password";
    }
    if (const char *const fault = faultOfPair(entry.settings))
        return refuseServer(*name, line, fault);
    servers_.push_back(std::move(entry));
}

void ClientConfig::parse(std::string_view text, const std::string &file_name, bool may_hold_password)
{
    forEachLine(text, [&](std::string_view line, unsigned number) {
        parseLine({line, file_name, number, may_hold_password});
    });
    checkDefaults(file_name);
}

// Only here, as the two may stand in any order.
void ClientConfig::checkDefaults(const std::string &file_name)
{
    const char *const fault = faultOfPair(defaults_);
    if (!fault)
        return;
    problems_.push_back(file_name + ":" + std::to_string(certificate_line_) + ": " + fault);
    defaults_.certificate.reset();
    defaults_.key.reset();
}

void ClientConfig::readFrom(const std::vector<std::string> &folders)
{
    for (const auto &folder : folders) {
        const auto file_name = folder + "/netsane.conf";
        // O_NONBLOCK: a FIFO of that name must not hang the frontend.
        const UniqueFd fd(::open(file_name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
        if (!fd) {
            if (errno != ENOENT && errno != ENOTDIR)
                problems_.push_back(file_name + ": " + errnoText(errno));
            continue;
        }
        struct stat info {};
        if (::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
            problems_.push_back(file_name + ": is no regular file");
            continue;
        }
        const bool ours = info.st_uid == 0 || info.st_uid == ::geteuid();
        // It could switch encryption off, and then ask for the logins that are stored elsewhere.
        if (!ours && !folder.starts_with('/')) {
            problems_.push_back(file_name + ": not used: it is another user's, found where the program was started");
            continue;
        }
        readText(fd.get(), file_name, ours && (info.st_mode & S_IROTH) == 0);
        return;
    }
}

void ClientConfig::readText(int fd, const std::string &file_name, bool may_hold_password)
{
    try {
        if (const auto bytes = readSecretFile(fd, max_file_bytes))
            parse({reinterpret_cast<const char *>(bytes->data()), bytes->size()}, file_name, may_hold_password);
        else
            problems_.push_back(file_name + ": longer than 1 MiB");
    } catch (const std::system_error &error) {
        problems_.push_back(file_name + ": " + error.what());
    }
}

void ClientConfig::addServers(std::string_view list, const std::string &source)
{
    for (const auto &word : splitList(list)) {
        if (auto name = parseServerName(word))
            servers_.push_back({std::move(*name), {}});
        else
            problems_.push_back(source + ": \"" + printable(word, max_problem_bytes) + "\" is no server");
    }
}

std::vector<ServerEntry> ClientConfig::servers() const
{
    std::vector<ServerEntry> result;
    for (const auto &server : servers_)
        if (!server.settings.fault && findEntry(servers_, server.name) == &server)
            result.push_back({server.name, settingsFor(server.name)});
    return result;
}

bool ClientConfig::names(const ServerName &name) const
{
    return findEntry(servers_, name) != nullptr;
}

ServerSettings ClientConfig::settingsFor(const ServerName &name) const
{
    ServerSettings settings;
    // The first line for a server counts, as in SANE's other files.
    if (const auto *const entry = findEntry(servers_, name))
        settings = entry->settings;
    settings.inherit(defaults_);
    return settings;
}

std::vector<std::string> saneConfigFolders(const char *sane_config_dir, const std::string &default_folder)
{
    std::string list = sane_config_dir ? sane_config_dir : ":";
    if (list.ends_with(':'))
        list += ".:" + default_folder;
    std::vector<std::string> folders;
    std::string_view rest = list;
    while (!rest.empty()) {
        const auto end = std::min(rest.find(':'), rest.size());
        if (end != 0)
            folders.emplace_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return folders;
}

} // namespace netsane
