#include "InChild.hxx"

#include "os/UniqueFd.hxx"
#include "sandbox/Landlock.hxx"
#include "sandbox/ProcessState.hxx"
#include "sandbox/Sandbox.hxx"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

using namespace netsane;

namespace {

// A place that the tests may write to and a sandbox may not: root finds one in /etc.
constexpr const char *forbidden_place = "/etc/netsane-sandbox-test";

int create(const char *path)
{
    const UniqueFd fd(::open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    const int error = fd ? 0 : errno;
    ::unlink(path);
    return error;
}

std::string temporaryFile()
{
    return "/tmp/netsane-sandbox-test-" + std::to_string(::getpid());
}

bool runsPrograms()
{
    const int status = inChild([] { return ::execl("/bin/true", "true", nullptr); });
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// What a process may do that was confined for other people's code: 0, or the number of what is wrong.
int judgeConfined(const std::string &text)
{
    const bool has_landlock = text.find(", Landlock ") != std::string::npos;
    const int refused = create(forbidden_place);
    if (has_landlock && refused != EACCES)
        return 1;
    const UniqueFd readable(::open("/etc/passwd", O_RDONLY | O_CLOEXEC));
    if (!readable)
        return 2;
    if (create(temporaryFile().c_str()) != 0)
        return 3;
    if (!runsPrograms())
        return 4;
    return hasNoNewPrivileges() ? 0 : 5;
}

} // namespace

TEST(DeviceSandbox, LetsDriversWriteWhereTheyDo)
{
    EXPECT_EQ(resultInChild([] {
                  const int version = confineDevice();
                  return judgeConfined(describeDevice(version));
              }),
              0);
}

TEST(AuthSandbox, LetsMethodsRunTheirHelpers)
{
    EXPECT_EQ(resultInChild([] { return judgeConfined(confineAuth(false)); }), 0);
}

TEST(AuthSandbox, IsNotThereForHelpersWithMoreRights)
{
    const int result = resultInChild([] {
        const bool before = hasNoNewPrivileges();
        const std::string text = confineAuth(true);
        const bool told = text.find("no seccomp and no Landlock (a method needs") != std::string::npos;
        return told && hasNoNewPrivileges() == before ? 0 : 1;
    });
    EXPECT_EQ(result, 0);
}

TEST(Sandbox, SaysThatTheConfigurationDoesWithout)
{
    EXPECT_NE(describeUnconfined().find(", no sandbox (the configuration says so)"), std::string::npos);
}
