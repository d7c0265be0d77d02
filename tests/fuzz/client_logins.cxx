// The files in which a person keeps logins, with any text: a login that is found is what its line says when it stands
// alone, and no report repeats anything of the text. The input's first line is also read as a server's name.

#include "config/ClientConfig.hxx"
#include "config/ClientLogins.hxx"
#include "tests/fuzz/Require.hxx"

#include <algorithm>
#include <cstdint>
#include <string>

namespace {

using namespace netsane;

using Find = decltype(&findCredentials);

std::string_view lineOf(std::string_view text, unsigned number)
{
    for (unsigned i = 1; i < number && !text.empty(); ++i)
        text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
    return text.substr(0, text.find('\n'));
}

void requireReport(const std::string &what)
{
    constexpr size_t longest = 100;
    require(!what.empty() && what.size() < longest, "a report says what is wrong in few words");
    require(std::ranges::all_of(what, [](char c) { return c >= ' ' && c < 0x7f; }), "a report is plain text");
}

void look(Find find, std::string_view text, const ServerName &server, const std::optional<std::string> &user)
{
    unsigned last = 0;
    const auto problem = [&](unsigned line, const std::string &what) {
        require(line > last, "each line is reported once, in their order");
        last = line;
        requireReport(what);
    };
    const auto login = find(text, server, user, problem);
    if (!login)
        return;
    require(!login->user.empty() && login->user.size() <= max_stored_user_bytes, "a user has 1 to 255 bytes");
    require(!user || login->user == *user, "a login is of the user who was asked for");
    require(!login->password || (login->password->size() > 0 && login->password->size() <= max_stored_password_bytes),
            "a password has 1 to 511 bytes");
    const std::string_view line = lineOf(text, login->line);
    require(line.find(login->user) != line.npos || line.find('"') != line.npos || line.find('\'') != line.npos,
            "the user stands in the line");
    const auto alone = find(line, server, user, [](unsigned, const std::string &) { require(false, "a good line"); });
    require(alone && alone->user == login->user && alone->password.has_value() == login->password.has_value(),
            "the line alone is the same login");
    require(!alone->password || *alone->password == login->password->view(), "with the same password");
}

void lookAt(std::string_view text, const ServerName &server)
{
    require(parseServerName(server.text()) == server, "a server's name reads as it is written");
    require(parseServerName(server.textWithPort()) == server, "and with its port too");
    for (const Find find : {&findCredentials, &findPass}) {
        look(find, text, server, std::nullopt);
        look(find, text, server, "anna");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const std::string_view text(reinterpret_cast<const char *>(data), size);
    lookAt(text, ServerName{.host = "alpha", .unix_path = {}});
    lookAt(text, ServerName{.host = {}, .unix_path = "/run/n.sock"});
    if (const auto server = parseServerName(text.substr(0, text.find('\n'))))
        lookAt(text, *server);
    return 0;
}
