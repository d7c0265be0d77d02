// PASS_UNIX's halves against each other, with somebody in between: the login succeeds if what arrives is the password,
// and only then.

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

LabUser chooseUser(FuzzInput &input)
{
    LabUser user;
    user.name = "alice";
    const std::string setting = chooseSetting(input);
    user.locked = input.choice(8) == 7;
    user.password = input.typedText();
    user.stored = cryptForm(user.password, setting);
    return user;
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
    const LabUser user = chooseUser(input);
    const std::string password = input.flag() ? user.password : input.typedText();
    const std::string name = input.flag() ? user.name : input.typedText();
    lab().services.users = passwordFileOf({user, labUsers()[3], labUsers()[4]});
    AuthExchange server(lab().method(), Role::Server, {.user = name, .peer = "192.0.2.7"});
    AuthExchange client(lab().method(), Role::Client, {.user = name, .peer = {}, .prompt = answering(password)});
    const Duel duel = fight(input, server, client);
    const bool right = name == user.name && duel.rounds.size() == 1 && isRight(user, duel.rounds[0].delivered);
    if (duel.untouched && name == user.name && user.mayLogIn() && !password.empty())
        require(right == user.isSecret(password), "the client sends the password as it is");
    requireJudgement(server, duel.server, duel.out, name, right);
    return 0;
}
