// PASS_PAM's halves against each other, with somebody in between and a service that the input makes up: the login
// succeeds if what arrives are the answers that PAM wants, and only then.

#include "tests/fuzz/Judgement.hxx"
#include "tests/fuzz/LabUser.hxx"
#include "tests/fuzz/PamScript.hxx"
#include "tests/fuzz/Require.hxx"

namespace {

using namespace netsane;

constexpr size_t max_user_bytes = 255;
constexpr size_t max_text_bytes = 512;

PamLab &lab()
{
    static PamLab lab;
    return lab;
}

// What the method passes on to PAM.
bool isUserName(const std::string &name)
{
    return !name.empty() && name.size() <= max_user_bytes && name.front() != '-' && name != "." && name != ".." &&
           std::ranges::none_of(name, [](char c) { return (c >= 0 && c < ' ') || c == 0x7f || c == '/'; });
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
    const std::string password = input.flag() ? script.secret : input.typedText();
    const std::string name = input.flag() ? "alice" : input.typedText();
    const PromptCallback prompt = [&](PromptStyle style, std::string_view text, std::span<char> answer) {
        return answer.empty() || answering(password)(style, text, answer);
    };
    AuthExchange server(lab().method(), Role::Server, {.user = name, .peer = "192.0.2.7"});
    AuthExchange client(lab().method(), Role::Client, {.user = name, .peer = {}, .prompt = prompt});
    const Duel duel = fight(input, server, client);
    const bool right = isUserName(name) && script.isRight(duel.rounds);
    if (duel.untouched && isUserName(name) && !script.locked && password == script.secret)
        require(right, "the client answers this server");
    if (duel.untouched && isUserName(name))
        require(password.size() >= max_text_bytes || !duel.rounds.empty(), "PAM is asked about a possible name");
    requireJudgement(server, duel.server, duel.out, name, right);
    return 0;
}
