// The client's side of crypto negotiation (protocol.md §5): CRPT_REQ in, CRPT_RPLY and the switch out; then who the
// server is, and whether what was said in clear was changed on the way.
//
// Part of a ClientSession, which owns it and passes on what concerns it. No I/O of its own (loading a method blocks on
// the disk). Functions throw ProtocolError for a message that is malformed or isn't allowed now.
#pragma once

#include "protocol/ConnectionMessages.hxx"
#include "session/ClientPolicy.hxx"
#include "session/CryptTranscript.hxx"
#include "session/SessionTransport.hxx"
#include "wire/Message.hxx"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace netsane {

class ClientCrypt {
public:
    // Crypto negotiations, of which one at most before the session is open (or open again).
    static constexpr unsigned max_negotiations = 5;

    // Keeps the references.
    ClientCrypt(const ClientPolicy &policy, MethodSource &methods, SessionTransport &transport) noexcept
        : policy_(policy), methods_(methods), transport_(transport)
    {
    }
    ClientCrypt(const ClientCrypt &) = delete;
    ClientCrypt &operator=(const ClientCrypt &) = delete;

    // Greetings as they are sent or received: the server's with a revision, ours whole.
    void greeted(MessageView server_hello);
    void greeting(CryptTranscript::Bytes our_hello);

    void onRequest(MessageView message);

    // CRPT_REQ has come and isn't answered yet.
    bool isAsked() const noexcept { return !offered_.empty(); }

    // Then: chooses a method. What is returned is why there is none to choose.
    std::optional<std::string> choose();

    // After choose(): CRPT_RPLY, and the switch. What is returned is why the session has to end.
    std::optional<std::string> answer();

    // After answer(), until it is done: no message may be taken or sent.
    bool isHandshaking() const noexcept { return handshaking_; }

    // Then, when bytes have come or the connection has ended (and why): goes on with the handshake, and looks at who
    // the server is. What is returned is why the session has to end.
    std::optional<std::string> advance(const std::optional<std::string> &end_reason);

    // Then, where nothing is wrong: whether messages may be sent before the server's greeting has come.
    bool maySpeakFirst() const { return transcript_due_ && policy_.may_speak_first && policy_.may_speak_first(); }

    // The first greeting after the switch. What is returned is why the session has to end.
    std::optional<std::string> checkGreeting(const Hello &hello);

    // The session is open, or open again.
    void opened() noexcept { negotiated_ = false; }

private:
    std::optional<std::string> checkPeer() const;

    const ClientPolicy &policy_;
    MethodSource &methods_;
    SessionTransport &transport_;
    std::vector<std::uint32_t> offered_;
    std::uint32_t chosen_ = 0;
    const Method *method_ = nullptr; // the chosen one, or nullptr for NONE
    CryptTranscript transcript_;
    bool handshaking_ = false;
    bool transcript_due_ = false;
    unsigned negotiations_ = 0;
    bool negotiated_ = false; // since the session was open
};

} // namespace netsane
