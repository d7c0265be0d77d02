// One login with one method in the auth process, wherever its plugin runs: in this process, or for a method flagged
// BLOCKING in a process of its own.
//
// Owned by the AuthProcess. A step's outcome comes through the callback, from within step() or later from the loop; the
// callback may destroy the exchange. A plugin's process that dies or says something impossible is an outcome Internal.
#pragma once

#include "auth/AuthExchange.hxx"
#include "daemon/ChildReaper.hxx"
#include "event/EventLoop.hxx"
#include "util/ByteBuffer.hxx"
#include "wire/Message.hxx"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace netsane {

// What AuthExchange has after a step.
struct ExchangeOutcome {
    AuthVerdict verdict = AuthVerdict::Internal;
    std::vector<std::vector<std::byte>> fields; // with Continue
    std::string identity;                       // with Ok
    std::string reason;                         // with a refusal, for the log
    std::chrono::milliseconds wait{0};          // with Pending and Fail
};

class LoginExchange {
public:
    using OnOutcome = std::function<void(ExchangeOutcome)>;

    virtual ~LoginExchange() = default;

    // Not while the outcome of another step is awaited.
    virtual void step(std::span<const AuthField> fields) = 0;
};

// Starts an exchange; its first step is to be made by the caller. method must outlive it. Throws std::system_error when
// there can be no process for it.
std::unique_ptr<LoginExchange> startExchange(EventLoop &loop, ChildReaper &reaper, const Method &method,
                                             AuthParameters parameters, LoginExchange::OnOutcome on_outcome);

// Runs a step and collects what came of it.
ExchangeOutcome takeStep(AuthExchange &exchange, std::span<const AuthField> fields);

// The outcome as a packet between the two processes. decode… throws ProtocolError.
ByteBuffer encodeOutcome(const ExchangeOutcome &outcome);
ExchangeOutcome decodeOutcome(MessageView message);

} // namespace netsane
