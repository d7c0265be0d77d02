// Any PASS_REQ to PASS_CRYPT's client half: it asks for the password and answers only where there are three seeds.

#include "tests/fuzz/Judgement.hxx"
#include "tests/fuzz/LabUser.hxx"
#include "tests/fuzz/MethodLab.hxx"
#include "tests/fuzz/Require.hxx"

#include <cctype>

namespace {

using namespace netsane;

constexpr size_t max_password_bytes = 512;

MethodLab &lab()
{
    static MethodLab lab("crypt");
    return lab;
}

bool isSeed(const std::vector<std::byte> &field)
{
    return field.size() == 3 && isString(field) && std::ranges::all_of(textOf(field), [](char c) {
               return c == '.' || c == '/' || (static_cast<unsigned char>(c) < 0x80 && std::isalnum(c) != 0);
           });
}

bool hasSeeds(const OutFields &request)
{
    return isWithinLimits(request) && request.size() >= 3 && isSeed(request[0]) && isSeed(request[1]) &&
           isSeed(request[2]);
}

} // namespace

extern "C" int LLVMFuzzerInitialize(int *, char ***)
{
    lab().services.wanted_roles = NETSANE_ROLE_CLIENT;
    lab().load();
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FuzzInput input(data, size);
    const std::string password = input.typedText();
    const OutFields request = input.fields();
    int questions = 0;
    const PromptCallback prompt = [&](PromptStyle style, std::string_view text, std::span<char> answer) {
        ++questions;
        return answering(password)(style, text, answer);
    };
    AuthExchange client(lab().method(), Role::Client, {.user = "alice", .peer = {}, .prompt = prompt});
    OutFields reply;
    const AuthVerdict verdict = client.step(viewOf(request), reply);
    const bool asks = hasSeeds(request);
    const bool answers = asks && !password.empty() && password.size() < max_password_bytes;
    require(questions == (asks ? 1 : 0), "the person is asked for seeds only");
    require((verdict == AuthVerdict::Ok) == answers, "seeds get an answer, and nothing else does");
    require(asks || !isWithinLimits(request) || verdict == AuthVerdict::NotApplicable, "other things are declined");
    require(verdict != AuthVerdict::Internal, "no input is a fault of the method");
    if (answers)
        require(reply ==
                    cryptResponses(cryptForm(password, textOf(request[0])), textOf(request[1]), textOf(request[2])),
                "the reply is what the seeds and the password give");
    else
        require(reply.empty(), "a refusal has no fields");
    return 0;
}
