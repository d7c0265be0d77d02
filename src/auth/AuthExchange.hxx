// One login with one auth method, as message steps without I/O: the fields of PASS_REQ and PASS_RPLY in and out. Owned
// by the session's side of the login (netsaned-auth, or a client session); must end before its PluginHost. The plugin
// proposes, this class decides: what comes late, after cancel(), out of order or garbled is never Ok.

#pragma once

#include "plugin/Method.hxx"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace netsane {

enum class AuthVerdict {
    Continue,     ///< send the fields out and wait for the peer's
    Pending,      ///< call step() again with no fields after waitTime()
    Ok,           ///< server: the peer is identity(). Client: send the fields out, then the server decides
    Fail,         ///< refused; server: tell the peer no earlier than waitTime() from now
    Internal,     ///< refused because of a fault on this side
    NotApplicable ///< refused; another method may be tried
};

enum class PromptStyle : uint32_t {
    Hidden = NETSANE_PROMPT_HIDDEN,
    Echo = NETSANE_PROMPT_ECHO,
    Info = NETSANE_PROMPT_INFO,
    Error = NETSANE_PROMPT_ERROR
};

/// Asks the person. Writes the answer and a NUL into `answer` (empty for Info and Error). May block. Returns false if
/// there is no answer or it doesn't fit. `text` has no control characters but line ends.
using PromptCallback = std::function<bool(PromptStyle style, std::string_view text, std::span<char> answer)>;

/// One field of a message as raw bytes; a string field includes its NUL.
using AuthField = std::span<const std::byte>;

struct AuthParameters {
    std::string user; ///< as named in USER; no NUL in it
    std::string peer; ///< the peer's address as text, without a port
    bool confidential = false;
    bool local = false; ///< loopback or a unix socket
    std::vector<std::byte> channel_binding;
    std::string peer_name; ///< what the crypt method has verified, "" if nothing; no NUL in it
    uint32_t attempt = 1;
    std::optional<std::chrono::milliseconds> deadline; ///< in the clock of PluginServices::monotonicNow
    PromptCallback prompt;                             ///< client role
};

class AuthExchange {
public:
    static constexpr size_t max_fields = 128;
    static constexpr size_t max_bytes = 65536; ///< of all fields of one step together

    /// Starts the exchange. A method that can't start answers the first step() with its refusal.
    AuthExchange(const Method &method, Role role, AuthParameters parameters) noexcept;
    ~AuthExchange();
    AuthExchange(AuthExchange &&other) noexcept;
    AuthExchange &operator=(AuthExchange &&other) noexcept;

    /// One step. Server: the first has no fields in and gives those of PASS_REQ after the method id; later ones get the
    /// fields of PASS_RPLY. Client: each gets the fields of PASS_REQ and gives those of PASS_RPLY. Blocks only for
    /// methods flagged BLOCKING and for prompts.
    /// @param in valid during the call
    /// @param out replaced; empty unless Continue, or Ok of a client. May hold a password: wipe() it when sent
    AuthVerdict step(std::span<const AuthField> in, std::vector<std::vector<std::byte>> &out) noexcept;

    /// The host has lost interest. May be called from within a prompt. Every later step() is Internal.
    void cancel() noexcept;

    /// Server, after Ok: who has logged in; else empty.
    const std::string &identity() const noexcept;

    /// Why it was refused, for the log; not for the peer.
    const std::string &reason() const noexcept;

    /// With Pending and Fail, see there.
    std::chrono::milliseconds waitTime() const noexcept;

private:
    class State;
    std::unique_ptr<State> state_;
};

} // namespace netsane
