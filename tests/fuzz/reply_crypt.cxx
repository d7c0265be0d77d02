// Any PASS_RPLY to PASS_CRYPT's server half: only what the user's stored form and the seeds give lets in.

#include "tests/fuzz/FieldEdits.hxx"
#include "tests/fuzz/Judgement.hxx"
#include "tests/fuzz/LabUser.hxx"
#include "tests/fuzz/MethodLab.hxx"
#include "tests/fuzz/Require.hxx"

namespace {

using namespace netsane;

MethodLab &lab()
{
    static MethodLab lab("crypt");
    return lab;
}

/// Three seeds, the first of which is that of the stored form where there is one.
void requireRequest(const OutFields &request, const LabUser &user)
{
    require(request.size() == 3, "PASS_REQ has three seeds");
    for (const auto &seed : request)
        require(seed.size() == 3 && isString(seed), "a seed is two characters");
    require(user.stored.empty() || user.stored.starts_with(textOf(request[0])), "the first seed is the stored form's");
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
    lab().services.random = input.text();
    AuthExchange server(lab().method(), Role::Server, {.user = user.name, .peer = "192.0.2.7"});
    OutFields out;
    const AuthVerdict asked = server.step({}, out);
    if (!user.stored.empty())
        require((asked == AuthVerdict::Continue) == user.hasDes(), "who has DES is asked, and nobody else");
    if (asked != AuthVerdict::Continue) {
        require(asked == AuthVerdict::NotApplicable, "who isn't asked is for another method");
        requireJudgement(server, asked, out, user.name, false);
        return 0;
    }
    requireRequest(out, user);
    // what somebody would send who knows the stored form of a user, be he locked
    const std::string &stored = user.hasDes() ? user.stored : labUsers()[1].stored;
    const OutFields right = cryptResponses(stored, textOf(out[1]), textOf(out[2]));
    OutFields reply = input.flag() ? right : input.fields();
    editFields(input, reply);
    const AuthVerdict verdict = server.step(viewOf(reply), out);
    requireJudgement(server, verdict, out, user.name, user.mayLogIn() && reply == right);
    return 0;
}
