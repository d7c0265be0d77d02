#include "daemon/ChildProcess.hxx"
#include "os/Socket.hxx"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <string>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

using namespace netsane;

namespace {

// What a shell script writes on its channel. The descriptors of a child are 0 to 3.
std::string output(const std::string &script, bool quiet, std::size_t max_descriptors = 0)
{
    auto [ours, theirs] = streamSocketPair();
    ChildSpec spec;
    spec.program = "/bin/sh";
    spec.arguments = {"-c", script};
    spec.quiet = quiet;
    spec.max_descriptors = max_descriptors;
    const pid_t pid = startChild(spec, std::move(theirs));
    std::string text;
    char buffer[4096];
    for (ssize_t got; (got = ::read(ours.get(), buffer, sizeof buffer)) > 0;)
        text.append(buffer, static_cast<std::size_t>(got));
    int status = 0;
    ::waitpid(pid, &status, 0);
    return text;
}

} // namespace

TEST(ChildProcess, PassesOnNoDescriptorButTheChannel)
{
    const UniqueFd low(::fcntl(0, F_DUPFD, 10)); // not close-on-exec
    const UniqueFd high(::fcntl(0, F_DUPFD, 300));
    ASSERT_TRUE(low && high);
    // The shell itself has one more open while it lists them.
    EXPECT_EQ(
        output("set -- /proc/$$/fd/*; for fd; do [ -e $fd ] && list=\"$list ${fd##*/}\"; done; echo \"$list\" >&3",
               false),
        " 0 1 2 3\n");
}

TEST(ChildProcess, HasTheStandardErrorOfItsParentOrNone)
{
    const std::string script = "list=$(readlink /proc/$$/fd/0 /proc/$$/fd/1 /proc/$$/fd/2); echo \"$list\" >&3";
    char name[4096];
    const ssize_t length = ::readlink("/proc/self/fd/2", name, sizeof name);
    ASSERT_GT(length, 0);
    const std::string own(name, static_cast<std::size_t>(length));
    EXPECT_EQ(output(script, false), "/dev/null\n" + own + "\n" + own + "\n");
    EXPECT_EQ(output(script, true), "/dev/null\n/dev/null\n/dev/null\n");
}

TEST(ChildProcess, HasALimitOfDescriptors)
{
    EXPECT_EQ(output("ulimit -n >&3", false, 99), "99\n");
    EXPECT_EQ(output("ulimit -n >&3", false, 0), output("ulimit -n >&3", false, 10'000'000));
}

TEST(ChildProcess, SaysThatAProgramCannotBeStarted)
{
    auto pair = streamSocketPair();
    ChildSpec spec;
    spec.program = "/nonexistent/program";
    try {
        startChild(spec, std::move(pair.first));
        FAIL() << "it started";
    } catch (const std::system_error &error) {
        EXPECT_EQ(error.code().value(), ENOENT);
    }
}
