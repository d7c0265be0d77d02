// The files of a person as they lie on a disk: which are read, and why others aren't.

#include "client/LoginFiles.hxx"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace netsane {

namespace {

constexpr const char *line = "alpha user=anna password=secret\n";
constexpr uid_t nobody = 65534;

class LoginFiles : public ::testing::Test {
protected:
    void SetUp() override
    {
        char name[] = "/tmp/netsane-test-XXXXXX";
        home = ::mkdtemp(name);
        ::setenv("HOME", home.c_str(), 1);
        ::unsetenv("XDG_CONFIG_HOME");
        std::filesystem::create_directories(home + "/.config/netsane");
        std::filesystem::create_directories(home + "/.sane");
        // Whatever the umask is.
        for (const char *folder : {"/.config", "/.config/netsane", "/.sane"})
            ::chmod((home + folder).c_str(), 0755);
        credentials = home + "/.config/netsane/credentials";
        pass = home + "/.sane/pass";
    }
    void TearDown() override { std::filesystem::remove_all(home); }

    static void write(const std::string &path, const std::string &text, mode_t mode = 0600)
    {
        std::ofstream(path) << text;
        ASSERT_EQ(0, ::chmod(path.c_str(), mode));
    }

    // "user/password", with "-" for none of them; what was said is in `said`.
    std::string find(std::optional<std::string> user = std::nullopt)
    {
        said.clear();
        const auto login = findStoredLogin(*parseServerName("alpha"), user, [this](int level, const std::string &text) {
            said += std::to_string(level) + " " + text + "\n";
        });
        source = login ? login->source : "";
        return login ? login->user + "/" + (login->password ? login->password->c_str() : "-") : "-";
    }

    void expectRefused(const std::string &file, const std::string &reason)
    {
        EXPECT_EQ("-", find());
        EXPECT_EQ(0U, said.find("0 ")) << said;
        EXPECT_NE(std::string::npos, said.find(file)) << said;
        EXPECT_NE(std::string::npos, said.find(reason)) << said;
        EXPECT_EQ(std::string::npos, said.find("secret")) << said;
    }

    std::string home;
    std::string credentials;
    std::string pass;
    std::string said;
    std::string source;
};

} // namespace

TEST_F(LoginFiles, NoFilesAreNoProblem)
{
    EXPECT_EQ("-", find());
    std::filesystem::remove_all(home + "/.config");
    EXPECT_EQ("-", find());
    EXPECT_EQ("", said);
}

TEST_F(LoginFiles, TheirOrder)
{
    write(pass, "bert:other:netsane:alpha\n");
    EXPECT_EQ("bert/other", find());
    EXPECT_EQ(pass + ":1", source);
    write(credentials, std::string("# x\n") + line);
    EXPECT_EQ("anna/secret", find());
    EXPECT_EQ(credentials + ":2", source);
    EXPECT_EQ("bert/other", find("bert"));
    EXPECT_EQ("-", find("carl"));
    // A name without a password holds for the other file.
    write(credentials, "alpha user=anna\n");
    EXPECT_EQ("anna/-", find());
    write(pass, "bert:other:netsane:alpha\nanna:third:netsane:alpha:6576\n");
    EXPECT_EQ("anna/third", find());
    EXPECT_EQ("", said);
}

TEST_F(LoginFiles, StricterModesAreFine)
{
    write(credentials, line, 0400);
    EXPECT_EQ("anna/secret", find());
}

TEST_F(LoginFiles, AccessForOthersIsRefused)
{
    for (const mode_t mode : std::initializer_list<mode_t>{0640, 0604, 0620, 0602, 0610, 0601, 0666}) {
        write(credentials, line, mode);
        expectRefused(credentials, mode & 022 ? "writable" : "chmod 600");
        std::filesystem::remove(credentials);
        write(pass, "anna:secret:netsane:alpha\n", mode);
        expectRefused(pass, mode & 022 ? "writable" : "chmod 600");
        std::filesystem::remove(pass);
    }
}

TEST_F(LoginFiles, FoldersThatOthersCanWriteToAreRefused)
{
    write(credentials, line);
    for (const char *folder : {"/.config/netsane", "/.config", ""}) {
        for (const mode_t mode : std::initializer_list<mode_t>{0775, 0757, 01777}) {
            ASSERT_EQ(0, ::chmod((home + folder).c_str(), mode));
            // Below a sticky folder of root's nobody can exchange another's entry; /tmp is one.
            const bool sticky_above =
                (mode & S_ISVTX) && std::string_view(folder) != "/.config/netsane" && !::geteuid();
            if (sticky_above)
                EXPECT_EQ("anna/secret", find());
            else
                expectRefused(home + folder, "writable");
        }
        ASSERT_EQ(0, ::chmod((home + folder).c_str(), 0755));
    }
    EXPECT_EQ("anna/secret", find());
}

TEST_F(LoginFiles, WhatIsNoRegularFileIsRefused)
{
    ASSERT_EQ(0, ::mkfifo(credentials.c_str(), 0600)); // must not hang
    expectRefused(credentials, "not a regular file");
    std::filesystem::remove(credentials);
    std::filesystem::create_directory(credentials);
    expectRefused(credentials, "not a regular file");
    std::filesystem::remove(credentials);
    ASSERT_EQ(0, ::symlink("/dev/null", credentials.c_str()));
    expectRefused("/dev/null", "not a regular file");
    std::filesystem::remove(credentials);
    ASSERT_EQ(0, ::symlink(credentials.c_str(), credentials.c_str()));
    expectRefused(credentials, "symbolic links");
}

TEST_F(LoginFiles, LinksAreFollowedToWhatIsJudged)
{
    const auto target = home + "/dotfiles";
    write(target, line);
    ASSERT_EQ(0, ::symlink(target.c_str(), credentials.c_str()));
    EXPECT_EQ("anna/secret", find());
    write(target, line, 0644);
    expectRefused(credentials, "chmod 600");
    // Not into folders where others can put something in the place of the file.
    const auto open_folder = home + "/open";
    std::filesystem::create_directory(open_folder);
    std::filesystem::rename(target, open_folder + "/dotfiles");
    ::chmod((open_folder + "/dotfiles").c_str(), 0600);
    ::chmod(open_folder.c_str(), 0777);
    std::filesystem::remove(credentials);
    ASSERT_EQ(0, ::symlink((open_folder + "/dotfiles").c_str(), credentials.c_str()));
    expectRefused(open_folder, "writable");
}

TEST_F(LoginFiles, LongFilesAreRefused)
{
    write(credentials, line + std::string(65536, '#'));
    expectRefused(credentials, "64 KiB");
}

TEST_F(LoginFiles, BadLinesAreNamedAndTheRestCounts)
{
    write(credentials, "alpha user=anna password=secret secret2\n" + std::string(line));
    EXPECT_EQ("anna/secret", find());
    EXPECT_EQ("0 " + credentials + ":1: word 4: expected user=... or password=...\n", said);
}

TEST_F(LoginFiles, OnlyAbsoluteFoldersOfTheEnvironmentCount)
{
    const auto other = home + "/xdg";
    std::filesystem::create_directories(other + "/netsane");
    ::chmod(other.c_str(), 0755);
    ::chmod((other + "/netsane").c_str(), 0755);
    write(other + "/netsane/credentials", "alpha user=xenia password=x\n");
    write(credentials, line);
    write(pass, "bert:other:netsane:alpha\n");
    ::setenv("XDG_CONFIG_HOME", other.c_str(), 1);
    EXPECT_EQ("xenia/x", find());
    // As the specification of XDG_CONFIG_HOME says: relative is as if it weren't set.
    ASSERT_EQ(0, ::chdir(home.c_str()));
    ::setenv("XDG_CONFIG_HOME", "xdg", 1);
    EXPECT_EQ("anna/secret", find());
    ::setenv("XDG_CONFIG_HOME", "", 1);
    EXPECT_EQ("anna/secret", find());
    for (const char *value : {"", "."}) {
        ::setenv("HOME", value, 1);
        EXPECT_EQ("-", find());
    }
    ::unsetenv("HOME");
    EXPECT_EQ("-", find());
    ASSERT_EQ(0, ::chdir("/"));
}

TEST_F(LoginFiles, FilesOfOthersAreRefused)
{
    if (::geteuid() != 0)
        GTEST_SKIP() << "only root can give files away";
    write(credentials, line);
    ASSERT_EQ(0, ::chown(credentials.c_str(), nobody, nobody));
    expectRefused(credentials, "belongs to");
}

TEST_F(LoginFiles, ProgramsWithOtherRightsReadNothing)
{
    if (::geteuid() != 0)
        GTEST_SKIP() << "only root can have two users";
    write(credentials, line);
    for (const auto &path : std::filesystem::recursive_directory_iterator(home))
        ASSERT_EQ(0, ::chown(path.path().c_str(), nobody, nobody));
    ASSERT_EQ(0, ::chown(home.c_str(), nobody, nobody));
    const auto findAs = [this](uid_t real, uid_t effective) {
        const pid_t child = ::fork();
        if (child == 0) {
            if (::setresuid(real, effective, real) != 0)
                ::_exit(2);
            const bool found = find() == "anna/secret";
            ::_exit(found ? 0 : said.find("1 no login is taken from files") == 0 ? 1 : 3);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        return WEXITSTATUS(status);
    };
    EXPECT_EQ(1, findAs(0, nobody));
    EXPECT_EQ(1, findAs(nobody, 0));
    EXPECT_EQ(0, findAs(nobody, nobody));
}

} // namespace netsane
