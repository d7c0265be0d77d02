// Any PASS_REQ to PASS_UNIX's client half: it sends the password, whatever a later PASS_REQ may say more.

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
    const std::string user = input.typedText();
    const std::string password = input.typedText();
    const OutFields request = input.fields();
    AuthExchange client(lab().method(), Role::Client, {.user = user, .peer = {}, .prompt = answering(password)});
    OutFields reply;
    const AuthVerdict verdict = client.step(viewOf(request), reply);
    const bool possible = isWithinLimits(request) && password.size() < max_password_bytes;
    require(verdict == (possible ? AuthVerdict::Ok : AuthVerdict::Fail), "every request gets the password");
    require(reply == (possible ? OutFields{stringField(password)} : OutFields{}), "the reply is the password alone");
    require(client.identity().empty(), "a client has no identity");
    return 0;
}
