#include "tests/plugins/PamLogin.hxx"

#include <unistd.h>

namespace netsane {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

constexpr const char *permit = "auth required pam_permit.so\naccount required pam_permit.so\n";
constexpr const char *deny = "auth required pam_deny.so\naccount required pam_deny.so\n";

using AuthPamConfig = PamLogin;

TEST_F(AuthPamConfig, DescribesItself)
{
    write(permit);
    EXPECT_EQ(method().id(), 3U);
    EXPECT_TRUE(method().has(NETSANE_FLAG_NEEDS_CONFIDENTIALITY));
    EXPECT_TRUE(method().has(NETSANE_FLAG_NEEDS_ROOT));
    EXPECT_TRUE(method().has(NETSANE_FLAG_BLOCKING));
    EXPECT_FALSE(method().has(NETSANE_FLAG_TEST_ONLY));
    EXPECT_TRUE(method().supports(Role::Client));
}

TEST_F(AuthPamConfig, NeedsTheServicesFile)
{
    const std::string where = folder.file("pam.d");
    write(permit, "other"); // what libpam would take without a word
    EXPECT_THAT(refusal(), EndsWith("its init failed: there is no PAM service \"netsane\" in " + where));
    write(deny);
    EXPECT_EQ(refusal(), "(loaded)");
    services.values["auth.pam.service"] = "no-such-service";
    services.values.erase("auth.pam.confdir");
    EXPECT_THAT(refusal(), EndsWith("there is no PAM service \"no-such-service\" in /etc/pam.d and /usr/lib/pam.d"));
}

TEST_F(AuthPamConfig, LooksForTheFileAtEachLogin)
{
    write(permit);
    write(permit, "other");
    EXPECT_EQ(run(exchange()).verdict, AuthVerdict::Ok);
    std::filesystem::remove(folder.file("pam.d/netsane"));
    EXPECT_EQ(run(exchange()).verdict, AuthVerdict::Internal);
    EXPECT_THAT(services.log(), HasSubstr("1 auth_pam: there is no PAM service \"netsane\" in "));
}

TEST_F(AuthPamConfig, RefusesAFileThatIsNoneOrThatOthersMayChange)
{
    folder.makeFolder("pam.d/netsane");
    EXPECT_THAT(refusal(), EndsWith("/pam.d/netsane is not a file"));
    std::filesystem::remove(folder.file("pam.d/netsane"));
    for (const mode_t mode : {0646U, 0664U}) {
        write(permit, "netsane", mode);
        EXPECT_THAT(refusal(), EndsWith("/pam.d/netsane can be written by others than its owner"));
    }
    write(permit);
    ModuleFolder::setMode(folder.file("pam.d"), 0777);
    EXPECT_THAT(refusal(), EndsWith("/pam.d can be written by others than its owner"));
    ModuleFolder::setMode(folder.file("pam.d"), 0755);
    if (::geteuid() == 0) {
        ASSERT_EQ(::chown(folder.file("pam.d/netsane").c_str(), 65534, 65534), 0);
        EXPECT_THAT(refusal(), EndsWith("/pam.d/netsane belongs neither to root nor to this user"));
    } else {
        write(permit, "netsane", 0200);
        EXPECT_THAT(refusal(), EndsWith("/pam.d/netsane: Permission denied"));
    }
}

TEST_F(AuthPamConfig, FindsAServiceAsLibpamDoes)
{
    services.values["auth.pam.service"] = "Scanner_2.x-y";
    write(permit, "scanner_2.x-y");
    EXPECT_EQ(run(exchange()).verdict, AuthVerdict::Ok);
}

TEST_F(AuthPamConfig, RefusesImpossibleValues)
{
    write(permit);
    for (const char *const service :
         {"", "..", ".", ".hidden", "a/b", "../netsane", "net sane", "netsane\n", "n\xc3\xa4"}) {
        services.values["auth.pam.service"] = service;
        EXPECT_THAT(refusal(), HasSubstr("service: a name of PAM's is ")) << service;
    }
    services.values["auth.pam.service"] = std::string(65, 'a');
    EXPECT_THAT(refusal(), HasSubstr("service: a name of PAM's is "));
    services.values.erase("auth.pam.service");
    for (const char *const folder_name : {"pam.d", "./pam.d", "~"}) {
        services.values["auth.pam.confdir"] = folder_name;
        EXPECT_THAT(refusal(), EndsWith("its init failed: confdir: not an absolute path")) << folder_name;
    }
}

TEST_F(AuthPamConfig, SaysWhenItIsNotRoot)
{
    write(permit);
    method();
    const bool said = services.log().find("2 auth_pam: PAM doesn't run as root here") != std::string::npos;
    EXPECT_EQ(said, ::getuid() != 0);
}

TEST_F(AuthPamConfig, NeedsNothingAsAClient)
{
    services.wanted_roles = NETSANE_ROLE_CLIENT;
    services.values.clear();
    EXPECT_EQ(refusal(), "(loaded)");
    EXPECT_EQ(services.log(), "");
}

} // namespace
} // namespace netsane
