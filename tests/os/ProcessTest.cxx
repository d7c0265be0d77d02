#include "os/Process.hxx"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <functional>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace netsane;

namespace {

// What the function finds in a process of its own.
bool inChild(const std::function<bool()> &function)
{
    const pid_t pid = ::fork();
    if (pid == 0)
        ::_exit(function() ? 0 : 1);
    int status = 0;
    return ::waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

} // namespace

TEST(Process, DeniesInspection)
{
    EXPECT_TRUE(inChild([] {
        denyInspection();
        rlimit core{1, 1};
        ::getrlimit(RLIMIT_CORE, &core);
        return ::prctl(PR_GET_DUMPABLE) == 0 && core.rlim_cur == 0 && core.rlim_max == 0;
    }));
}

TEST(Process, RaisesTheDescriptorLimitToTheHardOne)
{
    EXPECT_TRUE(inChild([] {
        rlimit limit{};
        ::getrlimit(RLIMIT_NOFILE, &limit);
        limit.rlim_cur = limit.rlim_max / 2;
        ::setrlimit(RLIMIT_NOFILE, &limit);
        const auto raised = raiseDescriptorLimit(0);
        ::getrlimit(RLIMIT_NOFILE, &limit);
        return raised == limit.rlim_max && limit.rlim_cur == limit.rlim_max;
    }));
}

TEST(Process, RaisesTheHardDescriptorLimitWhereItMay)
{
    EXPECT_TRUE(inChild([] {
        const rlimit low{50, 60};
        ::setrlimit(RLIMIT_NOFILE, &low);
        const auto raised = raiseDescriptorLimit(70);
        rlimit limit{};
        ::getrlimit(RLIMIT_NOFILE, &limit);
        return raised == limit.rlim_cur && raised == limit.rlim_max && (raised == 70 || raised == 60) &&
               (::geteuid() == 0 || raised == 60);
    }));
}

TEST(Process, LowersTheDescriptorLimitAndNeverRaisesIt)
{
    EXPECT_TRUE(inChild([] {
        const auto soft = [](std::size_t most) {
            rlimit limit{};
            return lowerDescriptorLimit(most) && ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
        };
        return soft(40) == 40 && soft(30) == 30 && soft(40) == 30;
    }));
}

TEST(Process, ClosesDescriptorsFromANumberUp)
{
    EXPECT_TRUE(inChild([] {
        const int low = ::fcntl(0, F_DUPFD, 50);
        const int high = ::fcntl(0, F_DUPFD, 200);
        closeDescriptorsFrom(low + 1);
        return low >= 50 && high >= 200 && ::fcntl(low, F_GETFD) >= 0 && ::fcntl(high, F_GETFD) < 0;
    }));
}
