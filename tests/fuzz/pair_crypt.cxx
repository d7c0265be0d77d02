// PASS_CRYPT's halves against each other, with somebody in between: the login succeeds if what arrives is what the
// stored form and the server's seeds give, and only then.

#include "tests/fuzz/Judgement.hxx"
#include "tests/fuzz/LabUser.hxx"
#include "tests/fuzz/MethodLab.hxx"
#include "tests/fuzz/Require.hxx"

namespace {

using namespace netsane;

constexpr size_t max_password_bytes = 512;

MethodLab &lab()
{
    static MethodLab lab("crypt");
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

/// The reply that proves the secret to this request.
bool isRight(const LabUser &user, const DuelRound &round)
{
    return user.mayLogIn() && user.hasDes() && round.request.size() == 3 &&
           round.delivered == cryptResponses(user.stored, textOf(round.request[1]), textOf(round.request[2]));
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
    lab().services.random = input.text();
    lab().services.users = passwordFileOf({user, labUsers()[3], labUsers()[4]});
    AuthExchange server(lab().method(), Role::Server, {.user = name, .peer = "192.0.2.7"});
    AuthExchange client(lab().method(), Role::Client, {.user = name, .peer = {}, .prompt = answering(password)});
    const Duel duel = fight(input, server, client);
    const bool right = name == user.name && duel.rounds.size() == 1 && isRight(user, duel.rounds[0]);
    if (duel.untouched && name == user.name && user.mayLogIn() && user.hasDes() && duel.rounds.size() == 1)
        require(right == user.isSecret(password), "success means the secrets matched");
    const bool typed = !password.empty() && password.size() < max_password_bytes;
    if (duel.untouched && name == user.name && user.hasDes())
        require(duel.rounds.size() == (typed ? 1U : 0U), "the client answers this server");
    requireJudgement(server, duel.server, duel.out, name, right);
    return 0;
}
