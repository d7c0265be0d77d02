#include "tests/fuzz/Judgement.hxx"

#include "tests/fuzz/FieldEdits.hxx"
#include "tests/fuzz/Require.hxx"

#include <utility>

namespace netsane {

namespace {

constexpr size_t most_rounds = 40;

/// The message as it arrives.
OutFields pass(FuzzInput &input, const OutFields &fields, bool &untouched)
{
    OutFields passed = fields;
    editFields(input, passed);
    untouched = untouched && passed == fields;
    return passed;
}

} // namespace

void requireJudgement(AuthExchange &server, AuthVerdict verdict, const OutFields &out, const std::string &user,
                      bool right)
{
    require(verdict != AuthVerdict::Internal, "no input is a fault of the method");
    require(right || verdict != AuthVerdict::Ok, "success means the secrets matched");
    require(!right || verdict == AuthVerdict::Ok, "who knows the secrets gets in");
    require(server.identity() == (right ? user : ""), "the identity is who has logged in, and only then");
    if (verdict == AuthVerdict::Continue)
        return;
    require(out.empty(), "the end of an exchange has no fields");
    OutFields more;
    require(server.step({}, more) == AuthVerdict::Internal && more.empty(), "the end of an exchange is its end");
    require(server.identity().empty(), "a step after the end undoes the login");
}

bool isWithinLimits(const OutFields &fields)
{
    size_t total = 0;
    for (const auto &field : fields)
        total += field.size();
    return fields.size() <= AuthExchange::max_fields && total <= AuthExchange::max_bytes;
}

Duel fight(FuzzInput &input, AuthExchange &server, AuthExchange &client)
{
    Duel duel;
    duel.server = server.step({}, duel.out);
    while (duel.server == AuthVerdict::Continue && duel.rounds.size() < most_rounds) {
        const OutFields arrived = pass(input, duel.out, duel.untouched);
        OutFields reply;
        duel.client = client.step(viewOf(arrived), reply);
        if (duel.client != AuthVerdict::Continue && duel.client != AuthVerdict::Ok)
            break;
        duel.rounds.push_back({std::move(duel.out), pass(input, reply, duel.untouched)});
        duel.server = server.step(viewOf(duel.rounds.back().delivered), duel.out);
    }
    return duel;
}

} // namespace netsane
