// Any PASS_RPLY to PASS_PAM's server half: only the answers that PAM wants let in, in their number and order.

#include "tests/fuzz/FieldEdits.hxx"
#include "tests/fuzz/Judgement.hxx"
#include "tests/fuzz/PamScript.hxx"
#include "tests/fuzz/Require.hxx"

#include <utility>

namespace {

using namespace netsane;

PamLab &lab()
{
    static PamLab lab;
    return lab;
}

} // namespace

extern "C" int LLVMFuzzerInitialize(int *, char ***)
{
    lab();
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FuzzInput input(data, size);
    const PamScript script(input);
    lab().use(script);
    AuthExchange server(lab().method(), Role::Server, {.user = "alice", .peer = "192.0.2.7"});
    std::vector<DuelRound> rounds;
    OutFields out;
    AuthVerdict verdict = server.step({}, out);
    while (verdict == AuthVerdict::Continue) {
        const size_t call = rounds.size();
        require(call < script.calls.size(), "PAM says as much as the script says");
        require(out.size() == 2 * script.calls[call].size(), "PASS_REQ has a style and a text for each message");
        OutFields reply = input.flag() ? script.answersTo(call) : input.fields();
        editFields(input, reply);
        rounds.push_back({std::move(out), std::move(reply)});
        verdict = server.step(viewOf(rounds.back().delivered), out);
    }
    requireJudgement(server, verdict, out, "alice", script.isRight(rounds));
    return 0;
}
