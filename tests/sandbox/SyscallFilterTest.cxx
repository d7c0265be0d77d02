#include "InChild.hxx"

#include "os/UniqueFd.hxx"
#include "sandbox/ProcessState.hxx"
#include "sandbox/SyscallFilter.hxx"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>

using namespace netsane;

namespace {

int told_fd = -1;

void tell(int, const char *name) noexcept
{
    static_cast<void>(!::write(told_fd, name, std::strlen(name)));
}

struct Outcome {
    int result;       // as of resultInChild
    std::string told; // the call that was refused
};

// What becomes of a process with the filter of the session process.
template<typename Function>
Outcome filtered(const Function &function, bool uses_syslog = false)
{
    int fds[2];
    if (::pipe(fds) != 0)
        std::abort();
    const UniqueFd read_end(fds[0]);
    UniqueFd write_end(fds[1]);
    told_fd = write_end.get();
    Outcome outcome;
    outcome.result = resultInChild([&] {
        if (!setNoNewPrivileges() || !allowSessionCalls(uses_syslog, tell))
            return not_there;
        return function();
    });
    write_end.reset();
    char text[64];
    const ssize_t got = ::read(read_end.get(), text, sizeof text);
    outcome.told.assign(text, got > 0 ? static_cast<std::size_t>(got) : 0);
    return outcome;
}

testing::AssertionResult isEndedBy(const Outcome &outcome, const std::string &call)
{
    if (outcome.result == not_there)
        return testing::AssertionSuccess();
    if (outcome.result == -SIGSYS && outcome.told == call)
        return testing::AssertionSuccess();
    return testing::AssertionFailure() << "result " << outcome.result << ", told of \"" << outcome.told << "\"";
}

testing::AssertionResult isAllowed(const Outcome &outcome)
{
    if (outcome.result == not_there || outcome.result == 0)
        return testing::AssertionSuccess();
    return testing::AssertionFailure() << "result " << outcome.result << ", told of \"" << outcome.told << "\"";
}

int callNumber(long number, long first = 0, long second = 0, long third = 0)
{
    return ::syscall(number, first, second, third) < 0 ? errno : 0;
}

} // namespace

TEST(SyscallFilter, EndsAProcessThatStartsAnother)
{
    EXPECT_TRUE(isEndedBy(filtered([] { return callNumber(SYS_clone, SIGCHLD); }), "clone"));
    EXPECT_TRUE(isEndedBy(filtered([] { return callNumber(SYS_execve); }), "execve"));
    EXPECT_TRUE(isEndedBy(filtered([] { return callNumber(SYS_kill, ::getppid(), 0); }), "kill"));
    EXPECT_TRUE(isEndedBy(filtered([] { return callNumber(SYS_ptrace, PTRACE_ATTACH, ::getppid()); }), "ptrace"));
}

TEST(SyscallFilter, EndsAProcessThatMakesASocketOrAFile)
{
    EXPECT_TRUE(isEndedBy(filtered([] { return callNumber(SYS_socket, AF_INET, SOCK_STREAM); }), "socket"));
    EXPECT_TRUE(isEndedBy(filtered([] { return callNumber(SYS_socket, AF_UNIX, SOCK_DGRAM); }), "socket"));
    EXPECT_TRUE(isEndedBy(filtered([] { return callNumber(SYS_connect, 0); }), "connect"));
    EXPECT_TRUE(isEndedBy(filtered([] { return callNumber(SYS_openat, AT_FDCWD, 0, O_RDWR); }), "openat"));
    EXPECT_TRUE(isEndedBy(filtered([] { return callNumber(SYS_openat, AT_FDCWD, 0, O_CREAT); }), "openat"));
    EXPECT_TRUE(isEndedBy(filtered([] { return callNumber(SYS_unlinkat, AT_FDCWD, 0, 0); }), "unlinkat"));
}

TEST(SyscallFilter, EndsAProcessThatWantsToRunWhatItWrites)
{
    const auto map = [] {
        return ::mmap(nullptr, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? 1 : 0;
    };
    EXPECT_TRUE(isEndedBy(filtered(map), "mmap"));
}

TEST(SyscallFilter, CannotBeCaughtByTheProcess)
{
    EXPECT_TRUE(isEndedBy(filtered([] { return ::signal(SIGSYS, SIG_IGN) == SIG_ERR ? 1 : 0; }), "rt_sigaction"));
}

TEST(SyscallFilter, LetsNoDescriptorSendSignals)
{
    EXPECT_TRUE(isEndedBy(filtered([] { return ::fcntl(0, F_SETOWN, ::getppid()) == 0 ? 0 : 1; }), "fcntl"));
}

TEST(SyscallFilter, AllowsWhatASessionNeeds)
{
    EXPECT_TRUE(isAllowed(filtered([] {
        const UniqueFd file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        void *const memory = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (!file || memory == MAP_FAILED || ::mprotect(memory, 4096, PROT_READ | PROT_EXEC) != 0)
            return 1;
        int pipe[2];
        return ::pipe2(pipe, O_CLOEXEC) == 0 && ::write(pipe[1], "x", 1) == 1 && ::fcntl(pipe[0], F_GETFL) >= 0 ? 0 : 1;
    })));
}

TEST(SyscallFilter, AllowsTheSocketOfTheLogWhereItIsUsed)
{
    const auto use = [] { return callNumber(SYS_socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC); };
    EXPECT_TRUE(isAllowed(filtered(use, true)));
    EXPECT_TRUE(isEndedBy(filtered([] { return callNumber(SYS_socket, AF_INET, SOCK_DGRAM); }, true), "socket"));
}

TEST(SyscallFilter, RefusesWhatTheSystemIsMadeOf)
{
    const int result = resultInChild([] {
        if (!setNoNewPrivileges() || !refuseSystemCalls())
            return not_there;
        // Without the filter these would be EFAULT or EINVAL, and as an ordinary user not all EPERM.
        for (const long number : {SYS_ptrace, SYS_keyctl, SYS_bpf, SYS_perf_event_open, SYS_unshare})
            if (callNumber(number, -1) != EPERM)
                return static_cast<int>(number % 64 + 1);
        return ::getppid() > 0 && inChild([] { return 0; }) == 0 ? 0 : 70;
    });
    EXPECT_TRUE(result == 0 || result == not_there) << result;
}

TEST(SyscallFilter, LeavesNoNewPrivilegesAlone)
{
    const int result = resultInChild([] {
        const bool before = hasNoNewPrivileges();
        refuseSystemCalls(); // root can have it without
        return hasNoNewPrivileges() == before ? 0 : 1;
    });
    EXPECT_EQ(result, 0);
}
