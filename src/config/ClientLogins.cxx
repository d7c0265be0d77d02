#include "config/ClientLogins.hxx"

#include "config/ClientConfig.hxx"
#include "config/ConfigWords.hxx"

#include <utility>

namespace netsane {

namespace {

constexpr std::string_view resource_prefix = "netsane:";

bool isWanted(const std::string &user, const std::optional<std::string> &wanted)
{
    return !wanted || user == *wanted;
}

// The login in the words behind the server. Nothing, and reported, if they aren't right.
std::optional<StoredLogin> readLogin(const ConfigWords &words, unsigned line, const LineProblem &problem)
{
    StoredLogin login;
    login.line = line;
    const auto refuse = [&](std::size_t index, const char *what) {
        problem(line, "word " + std::to_string(index + 1) + ": " + what);
        return std::nullopt;
    };
    for (std::size_t i = 1; i < words.size(); ++i) {
        const std::string_view word = words[i];
        const auto equals = word.find('=');
        const auto key = word.substr(0, equals);
        if (equals == std::string_view::npos || (key != "user" && key != "password"))
            return refuse(i, "expected user=... or password=...");
        const auto value = word.substr(equals + 1);
        if (key == "user") {
            if (!login.user.empty() || value.empty() || value.size() > max_stored_user_bytes)
                return refuse(i, "expected one user of 1 to 255 bytes");
            login.user = value;
        } else {
            if (login.password || value.empty() || value.size() > max_stored_password_bytes)
                return refuse(i, "expected one password of 1 to 511 bytes");
            login.password.emplace(value);
        }
    }
    if (!login.user.empty())
        return login;
    problem(line, "expected user=...");
    return std::nullopt;
}

std::optional<StoredLogin> readCredentials(std::string_view text, unsigned line, const ServerName &server,
                                           const LineProblem &problem)
{
    const auto words = ConfigWords::split(text);
    if (!words) {
        problem(line, "quote without its partner");
        return std::nullopt;
    }
    if (words->empty())
        return std::nullopt;
    const auto name = parseServerName((*words)[0]);
    if (!name) {
        problem(line, "word 1: expected host, host:port, [v6]:port or unix:/path");
        return std::nullopt;
    }
    auto login = readLogin(*words, line, problem);
    return *name == server ? std::move(login) : std::nullopt;
}

std::optional<StoredLogin> readPass(std::string_view text, unsigned line, const ServerName &server,
                                    const LineProblem &problem)
{
    if (text.ends_with('\r'))
        text.remove_suffix(1);
    if (trimBlanks(text).empty() || text.starts_with('#'))
        return std::nullopt;
    const auto first = text.find(':');
    const auto second = first == std::string_view::npos ? first : text.find(':', first + 1);
    if (second == std::string_view::npos) {
        problem(line, "expected user:password:resource");
        return std::nullopt;
    }
    const auto resource = text.substr(second + 1);
    if (!resource.starts_with(resource_prefix) || parseServerName(resource.substr(resource_prefix.size())) != server)
        return std::nullopt;
    const auto user = text.substr(0, first);
    const auto password = text.substr(first + 1, second - first - 1);
    if (user.empty() || user.size() > max_stored_user_bytes || password.size() > max_stored_password_bytes) {
        problem(line, "expected a user of 1 to 255 bytes and a password of at most 511");
        return std::nullopt;
    }
    // scanimage(1) takes an empty password for one; here it is none, and is asked for.
    std::optional<Secret> secret;
    if (!password.empty())
        secret.emplace(password);
    return StoredLogin{std::string(user), std::move(secret), line};
}

template<typename Read>
std::optional<StoredLogin> findFirst(std::string_view text, const std::optional<std::string> &user,
                                     const LineProblem &problem, Read read)
{
    std::optional<StoredLogin> found;
    forEachLine(text, [&](std::string_view line, unsigned number) {
        if (line.find('\0') != std::string_view::npos)
            return problem(number, "NUL in the line");
        auto login = read(line, number);
        if (login && !found && isWanted(login->user, user))
            found = std::move(login);
    });
    return found;
}

} // namespace

std::optional<StoredLogin> findCredentials(std::string_view text, const ServerName &server,
                                           const std::optional<std::string> &user, const LineProblem &problem)
{
    return findFirst(text, user, problem, [&](std::string_view line, unsigned number) {
        return readCredentials(line, number, server, problem);
    });
}

std::optional<StoredLogin> findPass(std::string_view text, const ServerName &server,
                                    const std::optional<std::string> &user, const LineProblem &problem)
{
    return findFirst(text, user, problem,
                     [&](std::string_view line, unsigned number) { return readPass(line, number, server, problem); });
}

std::string saneResource(const ServerName &server)
{
    return std::string(resource_prefix) + server.text();
}

} // namespace netsane
