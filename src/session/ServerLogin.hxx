// The server's side of a login: USER, PASS_REQ, PASS_RPLY, failure and another try (protocol.md §6).
//
// Part of a ServerSession, which owns it and passes on what concerns it. Policy is judged here and never by a plugin:
// which methods are offered on this link, how many tries, how long. Free of I/O; time is an argument.
#pragma once

#include "protocol/ConnectionMessages.hxx"
#include "session/LinkSecurity.hxx"
#include "session/ServerLegality.hxx"
#include "session/ServerTypes.hxx"

#include <optional>
#include <string>
#include <vector>

namespace netsane {

class ServerLogin {
public:
    enum class Result {
        none,      // nothing decided by this event
        logged_in, // user() is set
        declined,  // the client doesn't want to log in
        exhausted, // no more tries: answer what is held, then close
    };

    ServerLogin(const SessionSettings &settings, const PeerInfo &peer, ServerHost &host, ByteBuffer &out) noexcept;

    // Asks for a login: sends USER. Only when none is in progress and nobody is logged in.
    void ask(SessionTime deadline);

    // Messages from the client; the caller has checked that they are legal in state(). Throw ProtocolError.
    Result userNamed(const std::string &name, LinkSecurity link);
    void passReplied(PassMessage pass);
    Result clientFailed(const ClientFail &fail, SessionTime now);

    // From the auth process; events of an exchange that is over are ignored.
    void loginContinues(ExchangeKey exchange, std::vector<std::vector<std::byte>> fields);
    Result loginFailed(ExchangeKey exchange, SessionTime now);
    // The method isn't for this user or link: the next one is asked. Once the client was asked it is a failure.
    Result loginNotApplicable(ExchangeKey exchange, SessionTime now);
    Result loggedIn(ExchangeKey exchange, const std::string &user);

    // The auth process is gone: an attempt in progress fails.
    Result authGone(SessionTime now);

    // True for the client's one answer to a PASS_REQ whose exchange has ended meanwhile: it is to be ignored.
    bool swallows(Command command) noexcept;

    Result tick(SessionTime now);
    std::optional<SessionTime> nextDeadline() const noexcept;
    // The deadline of the login as a whole has passed.
    bool isLate(SessionTime now) const noexcept;

    // Forgets everything, for the crypto switch and for the end of the connection.
    void reset();

    bool inProgress() const noexcept { return state_ != ServerState::open; }
    ServerState state() const noexcept { return state_; }
    bool isLoggedIn() const noexcept { return logged_in_; }
    const std::string &user() const noexcept { return user_; }

    // Whether any method may be offered on this link at all.
    bool canOffer(const LinkSecurity &link) const noexcept;

private:
    bool mayOffer(const AuthMethodInfo &method, const LinkSecurity &link) const noexcept;
    Result startNextMethod(SessionTime now);
    Result tryAnotherMethod(SessionTime now);
    Result attemptFailed(SessionTime now);

    const SessionSettings &settings_;
    const PeerInfo &peer_;
    ServerHost &host_;
    ByteBuffer &out_;
    ServerState state_ = ServerState::open;
    bool logged_in_ = false;
    LinkSecurity link_; // when the user was named
    std::string user_;
    std::vector<AuthMethodInfo> candidates_; // what this login may still use; only ever gets shorter
    std::uint32_t method_ = 0;               // of the exchange in progress
    ExchangeKey exchange_ = 0;
    bool exchange_running_ = false;
    bool asked_ = false;         // the exchange has sent a PASS_REQ
    bool reply_crosses_ = false; // a PASS_REQ was sent whose answer nobody waits for any more
    unsigned attempt_ = 0;       // of the connection: declining and being asked again gives no new tries
    std::optional<SessionTime> login_deadline_;
    std::optional<SessionTime> delay_until_; // a failed attempt is answered then
};

} // namespace netsane
