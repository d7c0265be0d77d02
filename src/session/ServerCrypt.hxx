// The server's side of crypto negotiation (protocol.md §5): CRPT_REQ, CRPT_RPLY, the switch, the handshake.
//
// Part of a ServerSession, which owns it and passes on what concerns it. Free of I/O; time is an argument. Functions
// throw ProtocolError for what the client does wrong.
#pragma once

#include "plugin/Method.hxx"
#include "protocol/OutstandingRequests.hxx"
#include "session/CryptTranscript.hxx"
#include "session/ServerTypes.hxx"
#include "session/SessionTransport.hxx"

#include <string>
#include <vector>

namespace netsane {

class ServerCrypt {
public:
    using Methods = std::vector<const Method *>;

    // Keeps the references.
    ServerCrypt(const PeerInfo &peer, SessionTransport &transport) noexcept : peer_(peer), transport_(transport) {}
    ServerCrypt(const ServerCrypt &) = delete;
    ServerCrypt &operator=(const ServerCrypt &) = delete;

    // True if there is anything but NONE to choose. Only then there is something to ask.
    static bool isChoice(const Methods &methods) noexcept;

    // At connect, before the first greeting: CRPT_REQ goes with it. The methods must outlive this.
    void askWithGreeting(Methods methods, SessionTime now);

    // In the middle of a session: false where nothing may be asked (any more); else isWanted() from now on, until
    // ask() sends CRPT_REQ.
    bool want(Methods methods);
    bool isWanted() const noexcept { return state_ == State::wanted; }
    // none: of the requests that may be outstanding; as many may cross.
    void ask(const OutstandingRequests &none, SessionTime now);

    // Sends this HELO, with what belongs to it now: "crypt follows" and CRPT_REQ, or the transcript.
    void greet(Hello hello);

    // Messages of the client.
    void clientGreeted(MessageView hello);
    void requestCrossed(Command command);
    void replied(MessageView message);

    // While isSwitching(), when bytes have come: goes on with the handshake. True when it is done.
    bool advance();

    bool isAsked() const noexcept { return isAskedAtConnect() || isAskedLater(); }
    bool isAskedAtConnect() const noexcept { return state_ == State::asked; }
    bool isAskedLater() const noexcept { return state_ == State::asked_later; }
    bool isSwitching() const noexcept { return state_ == State::switching; }

    // The method in use, as the configuration names it.
    const std::string &name() const noexcept { return name_; }

    // When CRPT_REQ was sent last.
    SessionTime since() const noexcept { return since_; }

private:
    enum class State {
        idle,        // nothing going on
        wanted,      // CRPT_REQ is to be sent
        asked,       // CRPT_REQ is outstanding, from the beginning of the connection or later
        asked_later, //
        switching,   // CRPT_RPLY has come, the method's handshake is going on
    };

    void sendRequest();

    const PeerInfo &peer_;
    SessionTransport &transport_;
    State state_ = State::idle;
    std::string name_ = "none";
    Methods methods_; // offered
    CryptTranscript transcript_;
    OutstandingRequests crossed_; // answered or not
    SessionTime since_{};
};

} // namespace netsane
