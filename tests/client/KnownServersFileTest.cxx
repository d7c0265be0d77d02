// known_servers on a disk: what is read, what is refused, and what a replacement leaves behind.

#include "client/KnownServersFile.hxx"

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace netsane {

namespace {

constexpr uid_t nobody = 65534;

class KnownServersFileTest : public ::testing::Test {
protected:
    void SetUp() override
    {
        char name[] = "/tmp/netsane-test-XXXXXX";
        home = ::mkdtemp(name);
        ::setenv("HOME", home.c_str(), 1);
        ::unsetenv("XDG_CONFIG_HOME");
        path = home + "/.config/netsane/known_servers";
    }
    void TearDown() override { std::filesystem::remove_all(home); }

    void write(const std::string &text, mode_t mode = 0600) const
    {
        std::filesystem::create_directories(home + "/.config/netsane");
        for (const char *folder : {"/.config", "/.config/netsane"})
            ::chmod((home + folder).c_str(), 0755);
        std::ofstream(path) << text;
        ASSERT_EQ(0, ::chmod(path.c_str(), mode));
    }

    std::string content() const
    {
        std::ifstream file(path);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    // On a busy disk the others may hold the lock for longer than its patience.
    void appendPatiently(const std::string &line) const
    {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (errorOf([&] { append(line); }) != "")
            if (std::chrono::steady_clock::now() > deadline)
                ::_exit(1);
    }

    static mode_t modeOf(const std::string &name)
    {
        struct stat info {};
        return ::stat(name.c_str(), &info) == 0 ? info.st_mode & 07777U : 0U;
    }

    void append(const std::string &line) const
    {
        KnownServersFile(path).change([&](const std::string &text) { return text + line + "\n"; });
    }

    template<typename Body>
    static std::string errorOf(Body body)
    {
        try {
            body();
        } catch (const KnownServersError &error) {
            return error.what();
        }
        return "";
    }
    std::string readError() const
    {
        return errorOf([this] { KnownServersFile(path).read(); });
    }
    std::string changeError() const
    {
        return errorOf([this] { append("x"); });
    }

    std::string home;
    std::string path;
};

} // namespace

TEST_F(KnownServersFileTest, ItsPlace)
{
    EXPECT_EQ(path, KnownServersFile::defaultPath());
    ::setenv("XDG_CONFIG_HOME", "/elsewhere", 1);
    EXPECT_EQ("/elsewhere/netsane/known_servers", KnownServersFile::defaultPath());
    ::setenv("XDG_CONFIG_HOME", "relative", 1);
    EXPECT_EQ(path, KnownServersFile::defaultPath());
    ::unsetenv("HOME");
    EXPECT_NE(std::string::npos, errorOf(KnownServersFile::defaultPath).find("neither $XDG_CONFIG_HOME nor $HOME"));
}

TEST_F(KnownServersFileTest, NoFileIsEmpty)
{
    EXPECT_EQ("", KnownServersFile(path).read());
    EXPECT_FALSE(std::filesystem::exists(home + "/.config"));
}

TEST_F(KnownServersFileTest, IsMadeForItsOwnerAlone)
{
    const auto before = ::umask(0);
    append("one");
    ::umask(before);
    EXPECT_EQ("one\n", content());
    EXPECT_EQ(0600U, modeOf(path));
    EXPECT_EQ(0700U, modeOf(home + "/.config"));
    EXPECT_EQ(0700U, modeOf(home + "/.config/netsane"));
    append("two");
    EXPECT_EQ("one\ntwo\n", KnownServersFile(path).read());
}

TEST_F(KnownServersFileTest, KeepsWhoMayReadIt)
{
    write("one\n", 0644);
    append("two");
    EXPECT_EQ(0644U, modeOf(path));
    KnownServersFile(path).change([](const std::string &) { return std::nullopt; });
    EXPECT_EQ("one\ntwo\n", content());
}

TEST_F(KnownServersFileTest, WhatOthersCanWriteToIsRefused)
{
    for (const mode_t mode : {0620U, 0602U, 0666U}) {
        write("one\n", mode);
        EXPECT_NE(std::string::npos, readError().find(path + ": writable by group or others")) << readError();
        EXPECT_NE("", changeError());
        EXPECT_EQ("one\n", content());
    }
    write("one\n");
    for (const char *folder : {"/.config/netsane", "/.config"}) {
        ::chmod((home + folder).c_str(), 0775);
        EXPECT_NE(std::string::npos, readError().find(home + folder + ": writable by group")) << readError();
        std::filesystem::rename(path, home + "/away");
        EXPECT_EQ("", readError()); // nothing is there to be believed
        EXPECT_NE(std::string::npos, changeError().find(home + folder + ": writable by group")) << changeError();
        EXPECT_FALSE(std::filesystem::exists(path));
        std::filesystem::rename(home + "/away", path);
        ::chmod((home + folder).c_str(), 0755);
    }
    EXPECT_EQ("", readError());
}

TEST_F(KnownServersFileTest, FilesAndFoldersOfOthersAreRefused)
{
    if (::geteuid() != 0)
        GTEST_SKIP() << "only root can give files away";
    write("one\n");
    ASSERT_EQ(0, ::chown(path.c_str(), nobody, nobody));
    EXPECT_NE(std::string::npos, readError().find(path + ": belongs to uid 65534")) << readError();
    std::filesystem::remove_all(home + "/.config");
    ASSERT_EQ(0, ::chown(home.c_str(), nobody, nobody));
    EXPECT_NE(std::string::npos, changeError().find(home + ": belongs to uid 65534")) << changeError();
    EXPECT_FALSE(std::filesystem::exists(home + "/.config")); // not even a folder in another's home
}

TEST_F(KnownServersFileTest, WhatIsNoRegularFileIsRefused)
{
    write("");
    std::filesystem::remove(path);
    ASSERT_EQ(0, ::mkfifo(path.c_str(), 0600)); // must not hang
    EXPECT_NE(std::string::npos, readError().find("not a regular file"));
    std::filesystem::remove(path);
    ASSERT_EQ(0, ::symlink("/nonexistent/file", path.c_str()));
    EXPECT_NE("", readError()); // a link that leads nowhere isn't the same as no file
    EXPECT_NE("", changeError());
    std::filesystem::remove(path);
    write(std::string(300 * 1024, '#'));
    EXPECT_NE(std::string::npos, readError().find("longer than 256 KiB"));
}

TEST_F(KnownServersFileTest, ALinkStaysALink)
{
    write("");
    std::filesystem::remove(path);
    const auto target = home + "/dotfile";
    std::ofstream(target) << "one\n";
    ::chmod(target.c_str(), 0600);
    ASSERT_EQ(0, ::symlink(target.c_str(), path.c_str()));
    append("two");
    EXPECT_TRUE(std::filesystem::is_symlink(path));
    EXPECT_EQ("one\ntwo\n", content());
}

TEST_F(KnownServersFileTest, AFailedReplacementChangesNothing)
{
    write("one\n");
    // The new file's name is taken by what can't be removed.
    std::filesystem::create_directory(path + ".new");
    EXPECT_NE("", changeError());
    std::filesystem::remove(path + ".new");
    EXPECT_EQ("one\n", content());
    EXPECT_NE(std::string::npos, errorOf([this] { append(std::string(300 * 1024, '#')); }).find("too long"));
    EXPECT_EQ("one\n", content());
    // What a program that was killed left behind is no obstacle.
    std::ofstream(path + ".new") << "rubbish";
    append("two");
    EXPECT_EQ("one\ntwo\n", content());
    EXPECT_FALSE(std::filesystem::exists(path + ".new"));
}

TEST_F(KnownServersFileTest, WaitsForTheLockButNotForEver)
{
    append("one");
    const int fd = ::open((path + ".lock").c_str(), O_RDWR | O_CLOEXEC);
    ASSERT_GE(fd, 0);
    ASSERT_EQ(0, ::flock(fd, LOCK_EX));
    EXPECT_NE(std::string::npos, changeError().find("another program holds the lock"));
    ::close(fd);
    EXPECT_EQ("", changeError());
}

TEST_F(KnownServersFileTest, ManyProgramsLoseNothing)
{
    constexpr int programs = 4;
    constexpr int lines = 20;
    for (int program = 0; program < programs; ++program) {
        if (::fork() != 0)
            continue;
        for (int line = 0; line < lines; ++line)
            appendPatiently(std::to_string(program) + "." + std::to_string(line));
        ::_exit(0);
    }
    for (int program = 0; program < programs; ++program) {
        int status = -1;
        ::wait(&status);
        EXPECT_EQ(0, status);
    }
    const auto text = "\n" + content();
    for (int program = 0; program < programs; ++program)
        for (int line = 0; line < lines; ++line)
            EXPECT_NE(std::string::npos, text.find("\n" + std::to_string(program) + "." + std::to_string(line) + "\n"));
}

} // namespace netsane
