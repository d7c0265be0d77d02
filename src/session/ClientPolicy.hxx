// What a ClientSession needs to know about its owner's wishes, and what it asks its owner for. Plain values and one
// interface; the owner (a connection of libnetsane) keeps them alive as long as the session.
#pragma once

#include "auth/AuthExchange.hxx"
#include "os/Secret.hxx"
#include "plugin/Method.hxx"
#include "session/PeerIdentity.hxx"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace netsane {

// When a connection is encrypted. Decided by the owner from its configuration and from where the peer is.
enum class CryptPolicy { require, prefer, off };

// A user's name and password.
struct Credentials {
    std::string user;
    std::optional<Secret> password{}; // not set: the policy's prompt is asked
    std::string source{};             // where they are from, for people: "netsane.conf"
};

// What a server says to people: greetings, progress notes, messages of an auth method. Printable text.
using NoteCallback = std::function<void(const std::string &text)>;

struct ClientPolicy {
    std::string program;       // the text of our HELO
    bool wants_values = false; // our HELO announces extension 4, which changes what COPT's replies look like
    CryptPolicy crypt = CryptPolicy::require;
    bool local = false; // loopback or a unix socket
    bool allow_clear_passwords = false;
    std::string peer;      // the server's address as text, without a port
    std::string peer_name; // the name by which the user called the server
    NoteCallback note;     // may be empty
    // Questions of an auth method that the password is no answer to; and its texts, with no answer. Printable text,
    // whose lines are ended by '\n'. May block. Empty: what has such questions is declined.
    PromptCallback prompt;
    // Asked once under an encrypting method, as soon as its handshake is done and before anything is said under it: why
    // this server is not to be spoken with; nothing if it is. May block on the disk. Empty: only a verified name is
    // good.
    std::function<std::optional<std::string>(const PeerIdentity &)> check_peer;
    // Asked behind check_peer: whether requests may go to this server before its greeting has come (protocol.md §5.3).
    // Empty: they wait.
    std::function<bool()> may_speak_first;
    // The end of greeting and crypto negotiation; nothing: a while after the session has begun.
    std::optional<std::chrono::steady_clock::time_point> open_deadline;
};

// Where a session gets methods from. A call may block on the disk.
class MethodSource {
public:
    virtual ~MethodSource() = default;

    // The auth method with this number, or nullptr if it isn't allowed or can't be loaded.
    virtual const Method *authMethod(std::uint32_t id) = 0;

    // All auth methods that are allowed and can be loaded, in the order in which the user likes them.
    virtual std::vector<const Method *> authMethods() = 0;

    // An encrypting method (never NONE), or nullptr.
    virtual const Method *cryptMethod(std::uint32_t id) = 0;
};

} // namespace netsane
