// What PAM's modules answer, and what becomes of it.

#include "tests/plugins/PamLogin.hxx"

#include <array>
#include <filesystem>

namespace netsane {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::Ge;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Le;

constexpr const char *expired_text = "4 The password has expired. Change it on the server.";

class AuthPamResult : public PamLogin {
protected:
    void debug(const std::string &auth, const std::string &account) const
    {
        write("auth required pam_debug.so auth=" + auth + "\naccount required pam_debug.so acct=" + account + "\n");
    }
};

TEST_F(AuthPamResult, OfPermitIsAccess)
{
    write("auth required pam_permit.so\naccount required pam_permit.so\n");
    const Outcome outcome = run(exchange());
    EXPECT_EQ(outcome.verdict, AuthVerdict::Ok);
    EXPECT_EQ(outcome.identity, "alice");
    EXPECT_THAT(outcome.messages, IsEmpty());
}

TEST_F(AuthPamResult, OfDenyIsARefusal)
{
    write("auth required pam_deny.so\naccount required pam_permit.so\n");
    const Outcome outcome = run(exchange());
    EXPECT_EQ(outcome.verdict, AuthVerdict::Fail);
    EXPECT_EQ(outcome.identity, "");
    EXPECT_EQ(outcome.reason, "authentication: unknown user or wrong password");
}

TEST_F(AuthPamResult, NeedsAccountManagementToo)
{
    write("auth required pam_permit.so\naccount required pam_deny.so\n");
    EXPECT_EQ(run(exchange()).verdict, AuthVerdict::Fail);
    write("auth required pam_permit.so\n"); // libpam refuses where no module answers
    EXPECT_EQ(run(exchange()).verdict, AuthVerdict::Fail);
}

TEST_F(AuthPamResult, OfAuthenticationHasItsReason)
{
    struct Case {
        const char *code;
        AuthVerdict verdict;
        const char *reason;
    };
    for (const Case &each : std::to_array<Case>({
             {"auth_err", AuthVerdict::Fail, "unknown user or wrong password"},
             {"user_unknown", AuthVerdict::Fail, "unknown user"},
             {"acct_expired", AuthVerdict::Fail, "the account has expired"},
             {"new_authtok_reqd", AuthVerdict::Fail, "the password has expired"},
             {"authtok_expired", AuthVerdict::Fail, "the password has expired"},
             {"perm_denied", AuthVerdict::Fail, "permission denied: the account is locked, or not allowed here or now"},
             {"maxtries", AuthVerdict::Fail, "too many tries"},
             {"authinfo_unavail", AuthVerdict::Fail, "the users' data can't be reached"},
             {"conv_err", AuthVerdict::Fail, "the conversation failed"},
             {"cred_insufficient", AuthVerdict::Fail, "Insufficient credentials to access authentication data"},
             {"abort", AuthVerdict::Internal, "Critical error - immediate abort"},
             {"system_err", AuthVerdict::Internal, "System error"},
             {"service_err", AuthVerdict::Internal, "Error in service module"},
             {"buf_err", AuthVerdict::Internal, "no memory"},
         })) {
        debug(each.code, "success");
        const Outcome outcome = run(exchange());
        EXPECT_EQ(outcome.verdict, each.verdict) << each.code;
        EXPECT_EQ(outcome.reason, std::string("authentication: ") + each.reason) << each.code;
        EXPECT_EQ(outcome.identity, "") << each.code;
        EXPECT_THAT(outcome.messages, testing::Not(testing::Contains(expired_text))) << each.code;
    }
}

TEST_F(AuthPamResult, OfAccountManagementHasItsReason)
{
    struct Case {
        const char *code;
        AuthVerdict verdict;
        const char *reason;
    };
    for (const Case &each : std::to_array<Case>({
             {"acct_expired", AuthVerdict::Fail, "the account has expired"},
             {"perm_denied", AuthVerdict::Fail, "permission denied: the account is locked, or not allowed here or now"},
             {"auth_err", AuthVerdict::Fail, "unknown user or wrong password"},
             {"user_unknown", AuthVerdict::Fail, "unknown user"},
             {"system_err", AuthVerdict::Internal, "System error"},
             {"abort", AuthVerdict::Internal, "Critical error - immediate abort"},
         })) {
        debug("success", each.code);
        const Outcome outcome = run(exchange());
        EXPECT_EQ(outcome.verdict, each.verdict) << each.code;
        EXPECT_EQ(outcome.reason, std::string("account management: ") + each.reason) << each.code;
        EXPECT_EQ(outcome.identity, "") << each.code;
        EXPECT_THAT(outcome.messages, testing::Not(testing::Contains(expired_text))) << each.code;
    }
}

TEST_F(AuthPamResult, OfAnOldPasswordIsToldToThePerson)
{
    for (const char *const code : {"new_authtok_reqd", "authtok_expired"}) {
        debug("success", code);
        const Outcome outcome = run(exchange());
        EXPECT_EQ(outcome.verdict, AuthVerdict::Fail) << code;
        EXPECT_EQ(outcome.reason, "account management: the password has expired") << code;
        ASSERT_GE(outcome.messages.size(), 2U) << code;
        EXPECT_EQ(outcome.messages[outcome.messages.size() - 2], expired_text) << code;
        EXPECT_EQ(outcome.identity, "") << code;
    }
}

TEST_F(AuthPamResult, IsAFaultWhereAModuleIsMissing)
{
    write("auth required /nowhere/pam_gone.so\naccount required pam_permit.so\n");
    const Outcome outcome = run(exchange());
    EXPECT_EQ(outcome.verdict, AuthVerdict::Internal);
    EXPECT_EQ(outcome.reason, "authentication: a module of the service is missing");
}

TEST_F(AuthPamResult, CarriesTheDelayWithoutSleeping)
{
    constexpr const char *minute = "auth optional pam_faildelay.so delay=20000000\n";
    for (const std::string rest : {"auth required pam_deny.so\naccount required pam_permit.so\n",
                                   "auth required pam_permit.so\naccount required pam_deny.so\n"}) {
        write(minute + rest);
        const auto begin = std::chrono::steady_clock::now();
        const Outcome outcome = run(exchange());
        EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(8));
        EXPECT_EQ(outcome.verdict, AuthVerdict::Fail);
        EXPECT_THAT(outcome.wait, AllOf(Ge(milliseconds(10000)), Le(milliseconds(30001)))) << "PAM adds up to a half";
    }
    write(minute + std::string("auth required pam_permit.so\naccount required pam_permit.so\n"));
    const Outcome outcome = run(exchange());
    EXPECT_EQ(outcome.verdict, AuthVerdict::Ok);
    EXPECT_EQ(outcome.wait, milliseconds(0));
}

class AuthPamMatrix : public PamLogin {
protected:
    void SetUp() override
    {
        if (!std::filesystem::exists(module))
            GTEST_SKIP() << module << " isn't there (Debian: libpam-wrapper)";
    }
    void serve(const std::string &options = "")
    {
        const std::string line = " required " + module + " passdb=" + folder.file("passdb") + " " + options + "\n";
        folder.write("passdb", "alice:secret:netsane\nbob:horse:other\n");
        write("auth" + line + "account" + line);
    }

    const std::string module = std::string(PAM_TEST_MODULES) + "/pam_matrix.so";
};

TEST_F(AuthPamMatrix, TakesTheRightPasswordAndNoOther)
{
    serve();
    const Outcome right = run(exchange(), {{"secret"}});
    EXPECT_EQ(right.verdict, AuthVerdict::Ok) << right.reason;
    EXPECT_EQ(right.identity, "alice");
    EXPECT_THAT(right.messages, ElementsAre("1 Password: ", "--"));
    for (const char *const wrong : {"Secret", "", "secret ", "horse"}) {
        const Outcome outcome = run(exchange(), {{wrong}});
        EXPECT_EQ(outcome.verdict, AuthVerdict::Fail) << wrong;
        EXPECT_EQ(outcome.reason, "authentication: unknown user or wrong password");
        EXPECT_EQ(outcome.identity, "");
    }
    EXPECT_EQ(run(exchange("mallory"), {{"secret"}}).verdict, AuthVerdict::Fail);
}

TEST_F(AuthPamMatrix, RefusesAUserOfAnotherServiceByItsAccount)
{
    serve();
    const Outcome outcome = run(exchange("bob"), {{"horse"}});
    EXPECT_EQ(outcome.verdict, AuthVerdict::Fail);
    EXPECT_EQ(outcome.reason,
              "account management: permission denied: the account is locked, or not allowed here or now");
}

TEST_F(AuthPamMatrix, SaysMoreWhenItIsTalkative)
{
    serve("echo verbose");
    const Outcome right = run(exchange(), {{"secret"}});
    EXPECT_EQ(right.verdict, AuthVerdict::Ok);
    EXPECT_THAT(right.messages, ElementsAre("2 Password: ", "--", "3 Authentication succeeded", "--"));
    const Outcome wrong = run(exchange(), {{"wrong"}});
    EXPECT_EQ(wrong.verdict, AuthVerdict::Fail);
    EXPECT_THAT(wrong.messages, ElementsAre("2 Password: ", "--", "4 Authentication failed", "--"));
}

} // namespace
} // namespace netsane
