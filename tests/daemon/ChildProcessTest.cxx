#include "daemon/ChildProcess.hxx"
#include "os/Socket.hxx"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <vector>

using namespace netsane;

namespace {

// What a shell script writes on its channel. The descriptors of a child are 0 to 3.
std::string output(const std::string &script, ChildSpec spec)
{
    auto [ours, theirs] = streamSocketPair();
    spec.program = "/bin/sh";
    spec.arguments = {"-c", script};
    const pid_t pid = startChild(spec, std::move(theirs));
    std::string text;
    char buffer[4096];
    for (ssize_t got; (got = ::read(ours.get(), buffer, sizeof buffer)) > 0;)
        text.append(buffer, static_cast<std::size_t>(got));
    int status = 0;
    ::waitpid(pid, &status, 0);
    return text;
}

std::string output(const std::string &script, bool quiet, std::size_t max_descriptors = 0)
{
    ChildSpec spec;
    spec.quiet = quiet;
    spec.max_descriptors = max_descriptors;
    return output(script, spec);
}

// A line of /proc/PID/status of a program that was started so.
std::string statusLine(const std::string &name, const ChildSpec &spec)
{
    return output("while read -r key value; do [ $key = " + name + ": ] && echo $value; done </proc/$$/status >&3",
                  spec);
}

const std::string no_capabilities = "0000000000000000\n";

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

TEST(ChildProcess, HasNoPowersWhereItNeedsNone)
{
    ChildSpec spec;
    spec.capabilities = 0;
    for (const char *const set : {"CapInh", "CapPrm", "CapEff", "CapAmb"})
        EXPECT_EQ(statusLine(set, spec), no_capabilities) << set;
    const bool may_limit = (capabilitiesHeld() & (CapabilitySet{1} << 8U)) != 0; // CAP_SETPCAP
    EXPECT_TRUE(!may_limit || statusLine("CapBnd", spec) == no_capabilities);
    EXPECT_EQ(statusLine("NoNewPrivs", spec), "1\n");
}

TEST(ChildProcess, KeepsThePowersThatItShouldKeep)
{
    const ChildSpec spec;
    // Those of this program, as a program that it starts has them.
    EXPECT_EQ(statusLine("CapEff", spec) == no_capabilities, (capabilitiesHeld() == 0));
}

TEST(ChildProcess, CanGetNewPrivilegesOnlyWhereThatIsWanted)
{
    ChildSpec spec;
    spec.no_new_privileges = false;
    const std::string inherited = ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? "1\n" : "0\n";
    EXPECT_EQ(statusLine("NoNewPrivs", spec), inherited);
}

TEST(ChildProcess, LeavesNoCore)
{
    EXPECT_EQ(output("ulimit -c >&3; ulimit -Hc >&3", false), "0\n0\n");
}

TEST(ChildProcess, MakesFilesForItselfUnlessTheyAreToBeShared)
{
    ChildSpec spec;
    EXPECT_EQ(output("umask >&3", spec), "0077\n");
    spec.file_mode_mask = 022;
    EXPECT_EQ(output("umask >&3", spec), "0022\n");
}

TEST(ChildProcess, HasAnEnvironmentOfItsOwnWhereThatIsWanted)
{
    ::setenv("CHILD_TEST_TOKEN", "secret", 1);
    ::setenv("NETSANE_CHILD_TEST", "for it", 1);
    ChildSpec spec;
    EXPECT_EQ(output("echo $CHILD_TEST_TOKEN $NETSANE_CHILD_TEST >&3", spec), "secret for it\n");
    spec.own_environment = true;
    EXPECT_EQ(output("echo $CHILD_TEST_TOKEN $NETSANE_CHILD_TEST >&3", spec), "for it\n");
    ::unsetenv("CHILD_TEST_TOKEN");
    ::unsetenv("NETSANE_CHILD_TEST");
}

TEST(ChildProcess, PassesOnOfAnEnvironmentWhatIsForEveryProgram)
{
    const char *const environment[] = {"PATH=/bin", "PATHS=/x",         "LANG=C",        "LC_ALL=C",   "TZ=UTC",
                                       "TZX=1",     "LD_PRELOAD=/x.so", "GCONV_PATH=/x", "HOME=/root", nullptr};
    EXPECT_EQ(plainEnvironment(environment), (std::vector<std::string>{"PATH=/bin", "LANG=C", "LC_ALL=C", "TZ=UTC"}));
    EXPECT_TRUE(plainEnvironment(nullptr).empty());
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
