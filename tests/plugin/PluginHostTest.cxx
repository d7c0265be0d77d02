#include "plugin/PluginHost.hxx"

#include "tests/plugin/ModuleFolder.hxx"
#include "tests/plugin/TestServices.hxx"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ltdl.h>

namespace netsane {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class PluginHostTest : public testing::Test {
protected:
    /// Why the module is refused, without its path, which must be there.
    std::string refusal(PluginKind kind, const std::string &name)
    {
        PluginHost host(folder.path(), services);
        return refusal(host, kind, name);
    }

    std::string refusal(PluginHost &host, PluginKind kind, const std::string &name)
    {
        const std::string file = folder.file(std::string(kindName(kind)) + "_" + name + ".so");
        try {
            host.load(kind, name);
        } catch (const PluginError &error) {
            EXPECT_THAT(error.what(), StartsWith(file + ": "));
            EXPECT_EQ(host.find(kind, 0x8002) != nullptr, name == "duplicate");
            return std::string(error.what()).substr(file.size() + 2);
        }
        return "(loaded)";
    }

    std::string authRefusal(const std::string &name)
    {
        folder.add("auth_" + name);
        return refusal(PluginKind::Auth, name);
    }

    ModuleFolder folder;
    TestServices services;
};

TEST_F(PluginHostTest, LoadsMethodsAndFindsThemByNumber)
{
    folder.add("auth_fixed");
    folder.add("crypt_none");
    folder.add("crypt_xor");
    PluginHost host(folder.path(), services);
    const Method &fixed = host.load(PluginKind::Auth, "fixed");
    host.load(PluginKind::Crypt, "xor");
    host.load(PluginKind::Crypt, "none");

    EXPECT_EQ(fixed.kind(), PluginKind::Auth);
    EXPECT_EQ(fixed.id(), 0x8002U);
    EXPECT_EQ(fixed.name(), "fixed");
    EXPECT_EQ(fixed.version(), "1");
    EXPECT_TRUE(fixed.has(NETSANE_FLAG_TEST_ONLY));
    EXPECT_FALSE(fixed.has(NETSANE_FLAG_BLOCKING));
    EXPECT_TRUE(fixed.supports(Role::Server));
    ASSERT_EQ(host.methods(PluginKind::Crypt).size(), 2U);
    EXPECT_EQ(host.methods(PluginKind::Crypt)[0]->name(), "xor");
    EXPECT_EQ(host.methods(PluginKind::Crypt)[1]->name(), "none");
    EXPECT_EQ(host.find(PluginKind::Auth, 0x8002), &fixed);
    EXPECT_EQ(host.find(PluginKind::Crypt, 0x8002), nullptr);
    EXPECT_EQ(host.find(PluginKind::Crypt, 0)->name(), "none");
}

TEST_F(PluginHostTest, LoadsAMethodOnce)
{
    folder.add("auth_fixed");
    PluginHost host(folder.path(), services);
    EXPECT_EQ(&host.load(PluginKind::Auth, "fixed"), &host.load(PluginKind::Auth, "fixed"));
    EXPECT_EQ(host.methods(PluginKind::Auth).size(), 1U);
}

TEST_F(PluginHostTest, KeepsMethodsValidWhileOthersAreLoaded)
{
    folder.add("auth_fixed");
    folder.add("auth_frozen");
    folder.add("auth_oddverdict");
    PluginHost host(folder.path(), services);
    const Method &first = host.load(PluginKind::Auth, "fixed");
    host.load(PluginKind::Auth, "frozen");
    host.load(PluginKind::Auth, "oddverdict");
    EXPECT_EQ(first.name(), "fixed");
    EXPECT_EQ(host.find(PluginKind::Auth, 0x8002), &first);
}

TEST_F(PluginHostTest, RefusesNamesThatAreNoMethodNames)
{
    PluginHost host(folder.path(), services);
    for (const std::string name : {"", "../auth_fixed", "a/b", "Fixed", "fixed.so", "fi xed", "f\xc3\xa9"})
        EXPECT_THROW(host.load(PluginKind::Auth, name), PluginError) << name;
    EXPECT_THROW(host.load(PluginKind::Auth, std::string_view("fixed\0", 6)), PluginError);
    EXPECT_THROW(host.load(PluginKind::Auth, std::string(65, 'a')), PluginError);
}

TEST_F(PluginHostTest, RefusesAFolderThatIsNotAbsolute)
{
    PluginHost host("tests/plugins/.libs", services);
    try {
        host.load(PluginKind::Auth, "fixed");
        FAIL();
    } catch (const PluginError &error) {
        EXPECT_THAT(error.what(), EndsWith("not an absolute path"));
    }
}

TEST_F(PluginHostTest, RefusesAFileThatIsMissing)
{
    EXPECT_EQ(refusal(PluginKind::Auth, "missing"), "No such file or directory");
}

TEST_F(PluginHostTest, RefusesAFileThatIsNoModule)
{
    folder.write("auth_text.so", "not an ELF file, and shorter than one", 0755);
    EXPECT_THAT(refusal(PluginKind::Auth, "text"), HasSubstr("file too short"));
    folder.write("auth_long.so", std::string(4096, 'x'), 0755);
    EXPECT_THAT(refusal(PluginKind::Auth, "long"), HasSubstr("invalid ELF header"));
}

TEST_F(PluginHostTest, RefusesAModuleWithoutEntryPoint)
{
    EXPECT_EQ(authRefusal("noentry"), "has no entry point netsane_plugin_v1");
}

TEST_F(PluginHostTest, RefusesALaterMajorVersion)
{
    EXPECT_EQ(authRefusal("wrongversion"), "has no entry point netsane_plugin_v1");
}

TEST_F(PluginHostTest, RefusesAPluginThatRefusesTheHost)
{
    EXPECT_EQ(authRefusal("newer"), "doesn't work with version 1.2 of the plugin interface");
}

TEST_F(PluginHostTest, RefusesAnEntryPointThatThrows)
{
    EXPECT_EQ(authRefusal("entrythrows"), "its entry point threw an exception: entry refused");
}

TEST_F(PluginHostTest, RefusesAMissingSymbol)
{
    EXPECT_THAT(authRefusal("undefined"),
                AllOf(HasSubstr("undefined symbol"), HasSubstr("netsane_test_function_that_exists_nowhere")));
}

TEST_F(PluginHostTest, RefusesADescriptorThatIsTooSmall)
{
    EXPECT_EQ(authRefusal("small"), "its descriptor is too small: struct_size 48, needed are 80");
}

TEST_F(PluginHostTest, RefusesADuplicateId)
{
    folder.add("auth_fixed");
    folder.add("auth_duplicate");
    PluginHost host(folder.path(), services);
    host.load(PluginKind::Auth, "fixed");
    EXPECT_EQ(refusal(host, PluginKind::Auth, "duplicate"), R"(has the method id 32770, which "fixed" has already)");
    EXPECT_EQ(host.methods(PluginKind::Auth).size(), 1U);
}

TEST_F(PluginHostTest, RefusesAnInitThatFailsWithItsReason)
{
    EXPECT_EQ(authRefusal("initfails"), "its init failed: the licence has run out");
    EXPECT_EQ(services.log(), "1 auth_initfails: the licence has run out\n");
}

TEST_F(PluginHostTest, TellsAnInitThatNeedsRootFromOneThatFails)
{
    const std::string file = folder.add("auth_needsroot");
    folder.add("auth_initfails");
    folder.add("auth_frozen");
    PluginHost host(folder.path(), services);
    try {
        host.load(PluginKind::Auth, "needsroot");
        FAIL();
    } catch (const NeedsRootError &error) {
        EXPECT_EQ(error.what(), file + ": works as root only: the drawer is locked");
    }
    EXPECT_EQ(host.find(PluginKind::Auth, 0x801a), nullptr);
    try {
        host.load(PluginKind::Auth, "initfails");
        FAIL();
    } catch (const NeedsRootError &) {
        FAIL();
    } catch (const PluginError &) {
    }
    EXPECT_EQ(host.load(PluginKind::Auth, "frozen").name(), "frozen") << "the host is as before";
}

TEST_F(PluginHostTest, RefusesAnInitThatThrows)
{
    EXPECT_EQ(authRefusal("initthrows"), "its init threw an exception: no ink");
}

TEST_F(PluginHostTest, RefusesAModuleUnderAnotherName)
{
    folder.add("auth_fixed", "auth_other");
    EXPECT_EQ(refusal(PluginKind::Auth, "other"), "has no entry point netsane_plugin_v1");
}

TEST_F(PluginHostTest, RefusesTestOnlyMethodsUnlessAllowed)
{
    services.test_only = false;
    EXPECT_EQ(authRefusal("fixed"), "protects nothing, it is for tests only");
}

TEST_F(PluginHostTest, RefusesAMethodWithoutTheWantedRole)
{
    services.wanted_roles = NETSANE_ROLE_CLIENT;
    EXPECT_EQ(authRefusal("frozen"), "doesn't support the role of a client");
}

TEST_F(PluginHostTest, RefusesAFileThatItsGroupMayWrite)
{
    ModuleFolder::setMode(folder.add("auth_fixed"), 0775);
    EXPECT_EQ(refusal(PluginKind::Auth, "fixed"), "writable by group or others (mode 0775)");
}

TEST_F(PluginHostTest, RefusesAFileThatOthersMayWrite)
{
    ModuleFolder::setMode(folder.add("auth_fixed"), 0757);
    EXPECT_EQ(refusal(PluginKind::Auth, "fixed"), "writable by group or others (mode 0757)");
}

TEST_F(PluginHostTest, RefusesAFolderThatItsGroupMayWrite)
{
    folder.add("auth_fixed");
    ModuleFolder::setMode(folder.path(), 0770);
    EXPECT_EQ(refusal(PluginKind::Auth, "fixed"), folder.path() + ": writable by group or others (mode 0770)");
}

TEST_F(PluginHostTest, RefusesAFolderAboveThatOthersMayWrite)
{
    const std::string above = folder.makeFolder("above");
    const std::string plugins = folder.makeFolder("above/plugins");
    std::filesystem::rename(folder.add("auth_fixed"), plugins + "/auth_fixed.so");
    EXPECT_NO_THROW(PluginHost(plugins, services).load(PluginKind::Auth, "fixed"));
    ModuleFolder::setMode(above, 0777);
    PluginHost host(plugins, services);
    try {
        host.load(PluginKind::Auth, "fixed");
        FAIL();
    } catch (const PluginError &error) {
        EXPECT_EQ(error.what(), plugins + "/auth_fixed.so: " + above + ": writable by group or others (mode 0777)");
    }
}

TEST_F(PluginHostTest, RefusesASymbolicLinkOutOfTheFolder)
{
    const ModuleFolder elsewhere;
    const std::string target = elsewhere.add("auth_fixed");
    std::filesystem::create_symlink(target, folder.file("auth_fixed.so"));
    EXPECT_EQ(refusal(PluginKind::Auth, "fixed"), "leads out of its folder to " + target);
}

TEST_F(PluginHostTest, ComparesPathsByComponentAndNotByPrefix)
{
    // a folder whose name begins like the plugin folder's is still another folder
    const std::string plugins = folder.makeFolder("plugins");
    folder.makeFolder("plugins-evil");
    const std::string target = folder.file("plugins-evil/auth_fixed.so");
    std::filesystem::rename(folder.add("auth_fixed"), target);
    std::filesystem::create_symlink(target, plugins + "/auth_fixed.so");
    PluginHost host(plugins, services);
    try {
        host.load(PluginKind::Auth, "fixed");
        FAIL();
    } catch (const PluginError &error) {
        EXPECT_THAT(error.what(), EndsWith("leads out of its folder to " + target));
    }
}

TEST_F(PluginHostTest, RefusesASymbolicLinkWithinTheFolder)
{
    std::filesystem::create_symlink(folder.add("auth_fixed", "auth_fixed-1"), folder.file("auth_fixed.so"));
    EXPECT_EQ(refusal(PluginKind::Auth, "fixed"), "is a symbolic link to " + folder.file("auth_fixed-1.so"));
}

TEST_F(PluginHostTest, FollowsALinkToTheFolderItself)
{
    const std::string real = folder.makeFolder("real");
    std::filesystem::rename(folder.add("auth_fixed"), real + "/auth_fixed.so");
    std::filesystem::create_symlink(real, folder.file("link"));
    PluginHost host(folder.file("link"), services);
    EXPECT_EQ(host.load(PluginKind::Auth, "fixed").name(), "fixed");
}

TEST_F(PluginHostTest, RefusesAFolderInPlaceOfAFile)
{
    folder.makeFolder("auth_folder.so");
    EXPECT_EQ(refusal(PluginKind::Auth, "folder"), "not a regular file");
}

TEST_F(PluginHostTest, IgnoresALibtoolArchiveNextToTheModule)
{
    folder.add("auth_fixed");
    const std::string other = folder.add("auth_oddverdict");
    folder.write("auth_fixed.la", "dlname='auth_oddverdict.so'\nlibrary_names=''\nold_library=''\ninstalled=yes\n",
                 0644);
    PluginHost host(folder.path(), services);
    EXPECT_EQ(host.load(PluginKind::Auth, "fixed").id(), 0x8002U);
    EXPECT_EQ(::dlopen(other.c_str(), RTLD_NOW | RTLD_NOLOAD), nullptr) << "loaded a file that was not checked";
}

TEST_F(PluginHostTest, RefusesAFileOfAnotherUser)
{
    if (::geteuid() != 0)
        GTEST_SKIP() << "needs root to give a file away";
    ASSERT_EQ(::chown(folder.add("auth_fixed").c_str(), 4711, 0), 0);
    EXPECT_EQ(refusal(PluginKind::Auth, "fixed"), "belongs to uid 4711, not to root");
}

TEST_F(PluginHostTest, CanBeUsedAgainAndAgain)
{
    folder.add("auth_fixed");
    for (int i = 0; i < 20; ++i) {
        PluginHost host(folder.path(), services);
        PluginHost second(folder.path(), services);
        EXPECT_NE(&host.load(PluginKind::Auth, "fixed"), &second.load(PluginKind::Auth, "fixed"));
    }
}

TEST_F(PluginHostTest, LeavesTheModulesOfTheProgramAroundItAlone)
{
    ASSERT_EQ(::lt_dlinit(), 0);
    const std::string own = folder.add("crypt_xor");
    const lt_dlhandle handle = ::lt_dlopen(own.c_str());
    ASSERT_NE(handle, nullptr);
    folder.add("auth_fixed");
    PluginHost(folder.path(), services).load(PluginKind::Auth, "fixed");
    EXPECT_NE(::lt_dlsym(handle, "netsane_plugin_v1"), nullptr);
    EXPECT_EQ(::lt_dlclose(handle), 0);
    EXPECT_EQ(::lt_dlexit(), 0);
}

TEST_F(PluginHostTest, KeepsAcceptedModulesMappedAndDropsRefusedOnes)
{
    const std::string good = folder.add("auth_frozen");
    const std::string bad = folder.add("auth_newer");
    PluginHost(folder.path(), services).load(PluginKind::Auth, "frozen");
    EXPECT_NE(refusal(PluginKind::Auth, "newer"), "(loaded)");
    void *const handle = ::dlopen(good.c_str(), RTLD_NOW | RTLD_NOLOAD);
    EXPECT_NE(handle, nullptr);
    if (handle != nullptr)
        ::dlclose(handle);
    EXPECT_EQ(::dlopen(bad.c_str(), RTLD_NOW | RTLD_NOLOAD), nullptr);
}

} // namespace
} // namespace netsane
