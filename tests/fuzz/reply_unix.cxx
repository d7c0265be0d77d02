// Any PASS_RPLY to PASS_UNIX's server half: only the user's own password lets in.

#include "tests/fuzz/FieldEdits.hxx"
#include "tests/fuzz/Judgement.hxx"
#include "tests/fuzz/LabUser.hxx"
#include "tests/fuzz/MethodLab.hxx"
#include "tests/fuzz/Require.hxx"

namespace {

using namespace netsane;

constexpr size_t max_password_bytes = 512;

MethodLab &lab()
{
    static MethodLab lab("unix");
    return lab;
}

bool isRight(const LabUser &user, const OutFields &reply)
{
    return user.mayLogIn() && reply.size() == 1 && reply[0].size() > 1 && reply[0].size() <= max_password_bytes &&
           isString(reply[0]) && user.isSecret(textOf(reply[0]));
}

} // namespace

extern "C" int LLVMFuzzerInitialize(int *, char ***)
{
    lab().services.users = passwordFileOf(labUsers());
    lab().load();
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FuzzInput input(data, size);
    const LabUser &user = labUsers()[input.choice(labUsers().size())];
    AuthExchange server(lab().method(), Role::Server, {.user = user.name, .peer = "192.0.2.7"});
    OutFields out;
    require(server.step({}, out) == AuthVerdict::Continue && out.empty(), "PASS_REQ has no fields");
    OutFields reply = input.flag() ? OutFields{stringField(user.password)} : input.fields();
    editFields(input, reply);
    const AuthVerdict verdict = server.step(viewOf(reply), out);
    requireJudgement(server, verdict, out, user.name, isRight(user, reply));
    return 0;
}
