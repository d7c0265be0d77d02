// A server that was found in the network, and what netsane-browse says to who has started it. Plain values; what they
// hold is made up by anybody in the network, and is checked here.
//
// netsane-browse writes lines (protocol of its own, between programs of one version):
//
//     seen                                             there is one, its place is being asked for
//     found HOST PORT ADDRESS here|there TLS INSTANCE  one of its addresses; INSTANCE is the rest of the line
//     done                                             nothing more is to come for now
//     fault TEXT                                       nothing can be found, and why
#pragma once

#include "discovery/ServiceText.hxx"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace netsane {

struct FoundServer {
    std::string host;     // "pi.local", in small letters and without a dot at its end
    unsigned port = 0;    // 1 to 65535
    std::string address;  // numeric, of IPv6 with its zone where it needs one
    bool is_here = false; // announced by this machine itself
    TlsOffer tls = TlsOffer::unknown;
    std::string instance; // for people, printable

    bool operator==(const FoundServer &) const = default;
};

// The host in the form above; nothing if it can't be one of multicast DNS: in `.local`, of letters, digits, hyphens and
// underscores.
std::optional<std::string> localHost(std::string_view host);

// Whether something is to be connected to there. Loopback is nobody's but this machine's own.
bool isUsableAddress(const std::string &address, bool is_here);

struct BrowseEvent {
    enum class Kind { seen, found, done, fault };

    Kind kind = Kind::done;
    FoundServer server; // found
    std::string text;   // fault; printable
};

// The longest line, with its end.
inline constexpr std::size_t max_browse_line_bytes = 1024;

// A line with its end. The instance may be any bytes.
std::string browseLine(const FoundServer &server);

// Of a line without its end; nothing if it is none of the above, or names what can't be.
std::optional<BrowseEvent> parseBrowseLine(std::string_view line);

} // namespace netsane
