// known_servers as a text: which servers were seen with TLS, and what each is recognised by.
//
// Functions without state; no I/O. A line is `host:port SHA256:hex` (the fingerprint of a certificate that no CA
// vouches for, protocol.md §5.1) or `host:port verified` (a CA vouches for it), with the quotes and comments of
// netsane.conf. A line that isn't right is left out and told to `problem`, unless it begins with the server that is
// looked for: then it is found as a broken one, because to forget it would be to trust whoever answers next.
#pragma once

#include "config/ClientLogins.hxx"
#include "config/ServerName.hxx"

#include <optional>
#include <string>
#include <string_view>

namespace netsane {

// Of the file and of a line without its end.
constexpr std::size_t max_known_servers_bytes = 256 * 1024;
constexpr std::size_t max_known_server_line_bytes = 1024;

struct KnownServer {
    enum class Kind { pinned, verified, broken };

    Kind kind;
    std::string fingerprint; // of a pinned one
    unsigned line;           // where it stands
};

// "SHA256:" and 64 small hex digits.
bool isFingerprint(std::string_view text) noexcept;

// How the server is called in the file: host:port, [v6]:port or unix:/path, in its canonical form.
std::string knownServerName(const ServerName &server);

// Whether that can stand in a line: a path with quotes or control characters can't. The functions below are for others.
bool canBeKnown(const ServerName &server);

// The first line of the server.
std::optional<KnownServer> findKnownServer(std::string_view text, const ServerName &server, const LineProblem &problem);

// The text with one line for the server: in the place of the first that it had, or at the end. Comments and other lines
// stay as they are. what: a fingerprint or "verified".
std::string withKnownServer(std::string_view text, const ServerName &server, std::string_view what);

} // namespace netsane
