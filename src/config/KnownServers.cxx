#include "config/KnownServers.hxx"

#include "config/ConfigWords.hxx"

#include <algorithm>

namespace netsane {

namespace {

constexpr std::string_view fingerprint_prefix = "SHA256:";
constexpr std::size_t fingerprint_digits = 64;
constexpr std::string_view verified_word = "verified";
constexpr std::size_t max_name_bytes = 512;

// The first word, with its quotes taken off as far as they are right.
std::string firstWord(std::string_view line)
{
    line = trimBlanks(line);
    const auto end = line.starts_with('"') ? line.find('"', 1) : line.find_first_of(" \t\r\f\v");
    auto word = std::string(line.substr(0, end));
    std::erase(word, '"');
    return word;
}

// Whether the line is about the server, in whatever state the rest of it is.
bool isAbout(std::string_view line, const std::string &name)
{
    const auto parsed = parseServerName(firstWord(line));
    return parsed && knownServerName(*parsed) == name;
}

// What is wrong with the line, or nullptr; without a fault and without `found` it says nothing.
const char *readLine(std::string_view line, std::optional<KnownServer> &found)
{
    if (line.size() > max_known_server_line_bytes)
        return "longer than 1024 bytes";
    if (std::ranges::any_of(line, [](unsigned char c) { return (c < 0x20 && c != '\t' && c != '\r') || c == 0x7f; }))
        return "control character in the line";
    const auto words = ConfigWords::split(line);
    if (!words)
        return "quote without its partner";
    if (words->empty())
        return nullptr;
    if (!parseServerName((*words)[0]))
        return "word 1: expected host:port, [v6]:port or unix:/path";
    if (words->size() != 2 || ((*words)[1] != verified_word && !isFingerprint((*words)[1])))
        return "expected SHA256: with 64 hex digits, or \"verified\", behind the server";
    if ((*words)[1] == verified_word)
        found = KnownServer{KnownServer::Kind::verified, {}, 0};
    else
        found = KnownServer{KnownServer::Kind::pinned, (*words)[1], 0};
    return nullptr;
}

std::string quoted(const std::string &name)
{
    return name.find_first_of(" \t#") == std::string::npos ? name : "\"" + name + "\"";
}

} // namespace

bool isFingerprint(std::string_view text) noexcept
{
    if (!text.starts_with(fingerprint_prefix))
        return false;
    text.remove_prefix(fingerprint_prefix.size());
    return text.size() == fingerprint_digits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string knownServerName(const ServerName &server)
{
    return server.canonical().textWithPort();
}

bool canBeKnown(const ServerName &server)
{
    const auto name = knownServerName(server);
    return name.size() <= max_name_bytes &&
           std::ranges::none_of(name, [](unsigned char c) { return c < 0x20 || c == 0x7f || c == '"'; });
}

std::optional<KnownServer> findKnownServer(std::string_view text, const ServerName &server, const LineProblem &problem)
{
    const auto name = knownServerName(server);
    std::optional<KnownServer> found;
    forEachLine(text, [&](std::string_view line, unsigned number) {
        std::optional<KnownServer> read;
        const char *const fault = readLine(line, read);
        if (fault && problem)
            problem(number, fault);
        if (found || (!fault && !read) || !isAbout(line, name))
            return;
        found = fault ? KnownServer{KnownServer::Kind::broken, {}, 0} : std::move(*read);
        found->line = number;
    });
    return found;
}

std::string withKnownServer(std::string_view text, const ServerName &server, std::string_view what)
{
    const auto name = knownServerName(server);
    const auto own_line = quoted(name) + " " + std::string(what) + "\n";
    std::string result;
    result.reserve(text.size() + own_line.size() + 1);
    bool placed = false;
    forEachLine(text, [&](std::string_view line, unsigned) {
        if (!isAbout(line, name)) {
            result.append(line).append("\n");
        } else if (!placed) {
            result += own_line;
            placed = true;
        }
    });
    if (!placed)
        result += own_line;
    return result;
}

} // namespace netsane
