// A program that is killed at any step of replacing a file leaves the old file or the new one, and nothing that keeps
// the next program from its work. The steps are calls of the C library, which this program has versions of its own of.
#include "tool/passwd/SecretFile.hxx"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

// How many calls this process lives for; 0: for ever.
unsigned calls_left = 0;

void countCall()
{
    if (calls_left != 0 && --calls_left == 0)
        ::kill(::getpid(), SIGKILL);
}

} // namespace

extern "C" {

ssize_t write(int fd, const void *data, size_t size)
{
    countCall();
    return ::syscall(SYS_write, fd, data, calls_left != 0 ? std::min<size_t>(size, 3) : size);
}

int fchmod(int fd, mode_t mode) noexcept
{
    countCall();
    return static_cast<int>(::syscall(SYS_fchmod, fd, mode));
}

int fsync(int fd)
{
    countCall();
    return static_cast<int>(::syscall(SYS_fsync, fd));
}

int renameat(int old_folder, const char *old_name, int new_folder, const char *new_name) noexcept
{
    countCall();
    return static_cast<int>(::syscall(SYS_renameat2, old_folder, old_name, new_folder, new_name, 0));
}

int unlinkat(int folder, const char *name, int flags) noexcept
{
    countCall();
    return static_cast<int>(::syscall(SYS_unlinkat, folder, name, flags));
}

} // extern "C"

namespace netsane {
namespace {

constexpr const char *old_text = "alice:old\n";
constexpr const char *new_text = "alice:new\nbob:new\n";

void replaceBy(const std::string &path, const char *text)
{
    SecretFile file(path, {});
    file.lock(std::chrono::seconds(10));
    file.read();
    file.replace(text);
}

// In a process of its own that lives for so many calls. True if that was long enough.
bool outlivesReplacing(const std::string &path, unsigned calls)
{
    const pid_t child = ::fork();
    if (child == 0) {
        calls_left = calls;
        replaceBy(path, new_text);
        ::_exit(0);
    }
    int status = 0;
    EXPECT_EQ(child, ::waitpid(child, &status, 0));
    EXPECT_TRUE(WIFEXITED(status) || WTERMSIG(status) == SIGKILL);
    return WIFEXITED(status);
}

std::string contentOf(const std::string &path)
{
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

TEST(SecretFileCrash, LeavesTheOldFileOrTheNewOne)
{
    char folder[] = "/tmp/netsane-crash-XXXXXX";
    ASSERT_NE(nullptr, ::mkdtemp(folder));
    const std::string path = std::string(folder) + "/users";
    unsigned old_ones = 0;
    unsigned calls = 1;
    for (bool whole = false; !whole && calls < 100; ++calls) {
        replaceBy(path, old_text);
        whole = outlivesReplacing(path, calls);
        const auto content = contentOf(path);
        old_ones += content == old_text ? 1 : 0;
        EXPECT_TRUE(content == new_text || (!whole && content == old_text)) << calls << ": " << content;
    }
    EXPECT_GT(old_ones, 5U);
    EXPECT_GT(calls, old_ones + 2);
    replaceBy(path, new_text);
    EXPECT_EQ(1, std::distance(std::filesystem::directory_iterator(folder), {}));
    std::filesystem::remove_all(folder);
}

} // namespace
} // namespace netsane
