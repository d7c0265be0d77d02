// The two files in which a person keeps logins, as texts: which line is the one for a server.
//
// Functions without state; no I/O. All lines are looked at: a line that isn't right is left out and told to `problem`
// with its number and never with a part of it, as it may hold a password.
#pragma once

#include "config/ServerName.hxx"
#include "os/Secret.hxx"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace netsane {

struct StoredLogin {
    std::string user;
    std::optional<Secret> password;
    unsigned line = 0; // where it stands
};

using LineProblem = std::function<void(unsigned line, const std::string &what)>;

// ~/.config/netsane/credentials: lines `host[:port] user=NAME [password=TEXT]`, with the quotes and comments of
// netsane.conf. The first line for the server counts; if `user` is set, the first with that name.
std::optional<StoredLogin> findCredentials(std::string_view text, const ServerName &server,
                                           const std::optional<std::string> &user, const LineProblem &problem);

// ~/.sane/pass of scanimage(1): lines `user:password:resource`. The resource is what the authorization callback gets,
// "netsane:" and the server's name, which may have its port even if that is the usual one.
std::optional<StoredLogin> findPass(std::string_view text, const ServerName &server,
                                    const std::optional<std::string> &user, const LineProblem &problem);

// What the authorization callback is told: "netsane:host[:port]".
std::string saneResource(const ServerName &server);

} // namespace netsane
