// The client's side of crypto negotiation (protocol.md §5): CRPT_REQ in, CRPT_RPLY and the switch out.
//
// Part of a ClientSession, which owns it and passes on what concerns it. No I/O of its own (loading a method blocks on
// the disk). Functions throw ProtocolError for a message that is malformed or isn't allowed now.
#pragma once

#include "session/ClientPolicy.hxx"
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

    void onRequest(MessageView message);

    // CRPT_REQ has come and isn't answered yet.
    bool isAsked() const noexcept { return !offered_.empty(); }

    // Then: chooses a method. What is returned is why there is none to choose.
    std::optional<std::string> choose();

    // After choose(): CRPT_RPLY, and the switch. What is returned is why the session has to end.
    std::optional<std::string> answer();

    // The session is open, or open again.
    void opened() noexcept { negotiated_ = false; }

private:
    const ClientPolicy &policy_;
    MethodSource &methods_;
    SessionTransport &transport_;
    std::vector<std::uint32_t> offered_;
    std::uint32_t chosen_ = 0;
    const Method *method_ = nullptr; // the chosen one, or nullptr for NONE
    unsigned negotiations_ = 0;
    bool negotiated_ = false; // since the session was open
};

} // namespace netsane
