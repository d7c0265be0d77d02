#include "daemon/LoginExchange.hxx"

#include "daemon/IpcMessages.hxx"
#include "daemon/ProcessExchange.hxx"
#include "wire/FrameEncoder.hxx"
#include "wire/MessageReader.hxx"

#include <utility>

namespace netsane {

namespace {

class InlineExchange final : public LoginExchange {
public:
    InlineExchange(const Method &method, AuthParameters parameters, OnOutcome on_outcome)
        : exchange_(method, Role::Server, std::move(parameters)), on_outcome_(std::move(on_outcome))
    {
    }

    void step(std::span<const AuthField> fields) override
    {
        const OnOutcome on_outcome = on_outcome_; // the call may be this object's end
        on_outcome(takeStep(exchange_, fields));
    }

private:
    AuthExchange exchange_;
    const OnOutcome on_outcome_;
};

AuthVerdict toVerdict(const MessageReader &reader, std::uint32_t number)
{
    switch (static_cast<AuthVerdict>(number)) {
    case AuthVerdict::Continue:
    case AuthVerdict::Pending:
    case AuthVerdict::Ok:
    case AuthVerdict::Fail:
    case AuthVerdict::Internal:
    case AuthVerdict::NotApplicable:
        return static_cast<AuthVerdict>(number);
    }
    reader.fail("no such verdict");
}

} // namespace

std::unique_ptr<LoginExchange> startExchange(EventLoop &loop, ChildReaper &reaper, const Method &method,
                                             AuthParameters parameters, LoginExchange::OnOutcome on_outcome)
{
    if (method.has(NETSANE_FLAG_BLOCKING))
        return std::make_unique<ProcessExchange>(loop, reaper, method, std::move(parameters), std::move(on_outcome));
    return std::make_unique<InlineExchange>(method, std::move(parameters), std::move(on_outcome));
}

ExchangeOutcome takeStep(AuthExchange &exchange, std::span<const AuthField> fields)
{
    ExchangeOutcome outcome;
    outcome.verdict = exchange.step(fields, outcome.fields);
    outcome.identity = exchange.identity();
    outcome.reason = exchange.reason();
    outcome.wait = exchange.waitTime();
    return outcome;
}

ByteBuffer encodeOutcome(const ExchangeOutcome &outcome)
{
    ByteBuffer out;
    FrameEncoder message(out, static_cast<std::uint32_t>(IpcCommand::exchange_outcome));
    message.integer(static_cast<std::uint32_t>(outcome.verdict))
        .integer(static_cast<std::uint32_t>(outcome.wait.count()))
        .string(outcome.identity)
        .string(outcome.reason);
    for (const auto &field : outcome.fields)
        message.opaque(field);
    message.end();
    return out;
}

ExchangeOutcome decodeOutcome(MessageView message)
{
    MessageReader reader(message);
    if (message.command != static_cast<std::uint32_t>(IpcCommand::exchange_outcome))
        reader.fail("not an outcome");
    ExchangeOutcome outcome;
    outcome.verdict = toVerdict(reader, reader.readUnsigned());
    outcome.wait = std::chrono::milliseconds(reader.readUnsigned());
    outcome.identity = reader.readString();
    outcome.reason = reader.readString();
    while (const auto field = reader.readRaw())
        outcome.fields.emplace_back(field->begin(), field->end());
    return outcome;
}

} // namespace netsane
