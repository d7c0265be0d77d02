#include "plugin/TrustedFile.hxx"

#include "plugin/PluginError.hxx"
#include "tests/plugin/ModuleFolder.hxx"
#include "tests/plugin/TestServices.hxx"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace netsane {
namespace {

using testing::HasSubstr;

template<class Call>
std::string errorOf(Call &&call)
{
    try {
        call();
    } catch (const PluginError &error) {
        return error.what();
    }
    return "(no error)";
}

TEST(TrustedFile, AcceptsAStickyFolderOnTheWayButNotAsTheFolder)
{
    const ModuleFolder folder;
    EXPECT_EQ(trustedFolder(folder.path()), folder.path());
    EXPECT_THAT(errorOf([] { trustedFolder("/tmp"); }), HasSubstr("/tmp: writable by group or others"));
}

TEST(TrustedFile, RefusesAStickyFolderThatIsNotRoots)
{
    if (::geteuid() == 0)
        GTEST_SKIP() << "everything here belongs to root";
    const ModuleFolder folder;
    const std::string sticky = folder.makeFolder("sticky", 01777);
    folder.makeFolder("sticky/below");
    EXPECT_THAT(errorOf([&] { trustedFolder(sticky + "/below"); }), HasSubstr(sticky + ": writable"));
}

TEST(TrustedFile, ChecksWhereALinkOnTheWayLeads)
{
    const ModuleFolder folder;
    const std::string open = folder.makeFolder("open");
    folder.makeFolder("open/below");
    ModuleFolder::setMode(open, 0777);
    std::filesystem::create_symlink(open + "/below", folder.file("link"));
    EXPECT_THAT(errorOf([&] { trustedFolder(folder.file("link")); }), HasSubstr(open + ": writable"));
}

TEST(TrustedFile, ChecksTheFolderThatALinkStandsIn)
{
    const ModuleFolder folder;
    const std::string target = folder.makeFolder("target");
    const std::string open = folder.makeFolder("open");
    std::filesystem::create_symlink(target, open + "/link");
    EXPECT_EQ(trustedFolder(open + "/link"), target);
    ModuleFolder::setMode(open, 0777);
    EXPECT_THAT(errorOf([&] { trustedFolder(open + "/link"); }), HasSubstr(open + ": writable"));
}

TEST(TrustedFile, RefusesALinkOfAnotherUser)
{
    if (::geteuid() != 0)
        GTEST_SKIP() << "needs root to give a link away";
    const ModuleFolder folder;
    const std::string link = folder.file("link");
    std::filesystem::create_symlink(folder.makeFolder("target"), link);
    ASSERT_EQ(::lchown(link.c_str(), 4711, 0), 0);
    EXPECT_THAT(errorOf([&] { trustedFolder(link); }), HasSubstr(link + ": belongs to uid 4711"));
}

TEST(TrustedFile, NoticesAnExchangeAfterTheCheck)
{
    const ModuleFolder folder;
    folder.write("file", "checked");
    const TrustedFile file(folder.path(), "file");
    EXPECT_NO_THROW(file.requireUnchanged());
    std::filesystem::rename(folder.write("other", "evilxxx"), folder.file("file"));
    EXPECT_THAT(errorOf([&] { file.requireUnchanged(); }), HasSubstr("was changed while it was loaded"));
}

TEST(TrustedFile, NoticesAWriteAfterTheCheck)
{
    const ModuleFolder folder;
    const std::string path = folder.write("file", "checked");
    const TrustedFile file(path);
    std::ofstream(path, std::ios::app) << "more";
    EXPECT_THAT(errorOf([&] { file.requireUnchanged(); }), HasSubstr("was changed"));
}

TEST(TrustedFile, DoesNotBlockOnAFifo)
{
    const ModuleFolder folder;
    ASSERT_EQ(::mkfifo(folder.file("fifo").c_str(), 0600), 0);
    EXPECT_THAT(errorOf([&] { TrustedFile(folder.file("fifo")); }), HasSubstr("not a regular file"));
}

TEST(PluginServices, ReadsAFileOfSecrets)
{
    const ModuleFolder folder;
    TestServices services;
    const SecureBytes bytes = services.readFile(folder.write("secret", "abc"), true);
    EXPECT_EQ(std::string(reinterpret_cast<const char *>(bytes.data()), bytes.size()), "abc");
    EXPECT_EQ(services.readFile(folder.write("empty", ""), true).size(), 0U);
    EXPECT_EQ(services.readFile(folder.write("group", "abc", 0640), true).size(), 3U);
}

TEST(PluginServices, RefusesSecretsThatOthersMayRead)
{
    const ModuleFolder folder;
    TestServices services;
    const std::string path = folder.write("secret", "abc", 0644);
    EXPECT_THAT(errorOf([&] { services.readFile(path, true); }), HasSubstr("readable by others (mode 0644)"));
    EXPECT_EQ(services.readFile(path, false).size(), 3U);
}

TEST(PluginServices, RefusesSecretsThatOthersMayWrite)
{
    const ModuleFolder folder;
    TestServices services;
    const std::string path = folder.write("secret", "abc", 0660);
    EXPECT_THAT(errorOf([&] { services.readFile(path, true); }), HasSubstr("writable by group or others (mode 0660)"));
}

TEST(PluginServices, LimitsTheSizeOfFiles)
{
    const ModuleFolder folder;
    TestServices services;
    EXPECT_EQ(services.readFile(folder.write("full", std::string(1048576, 'x')), true).size(), 1048576U);
    const std::string path = folder.write("large", std::string(1048577, 'x'));
    EXPECT_THAT(errorOf([&] { services.readFile(path, true); }), HasSubstr("larger than 1048576 bytes"));
}

TEST(PluginServices, GivesRandomBytes)
{
    TestServices services;
    std::vector<std::byte> first(1000);
    std::vector<std::byte> second(1000);
    services.randomBytes(first);
    services.randomBytes(second);
    EXPECT_NE(first, second);
}

} // namespace
} // namespace netsane
