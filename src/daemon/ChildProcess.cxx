#include "daemon/ChildProcess.hxx"

#include "os/Error.hxx"
#include "os/Process.hxx"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <string_view>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace netsane {

namespace {

// Of exec's failure, in the child.
constexpr int report_fd = child_channel_fd + 1;

// From here to exec, in the child: async-signal-safe calls only.

// Leaves 0 to 2, the channel and, until exec, the report pipe, which moves to report_fd. Whatever else the parent has
// open, its libraries' descriptors among it, is not the child's business.
bool arrangeDescriptors(bool quiet, int channel, int &report) noexcept
{
    const int null = ::open("/dev/null", O_RDWR);
    if (null < 0 || ::dup2(null, 0) < 0 || (quiet && ::dup2(null, 2) < 0) || ::dup2(2, 1) < 0)
        return false;
    // dup2() onto itself would leave FD_CLOEXEC set
    if (channel == child_channel_fd ? ::fcntl(channel, F_SETFD, 0) != 0 : ::dup2(channel, child_channel_fd) < 0)
        return false;
    if (report != report_fd && ::dup3(report, report_fd, O_CLOEXEC) < 0)
        return false;
    report = report_fd;
    closeDescriptorsFrom(report_fd + 1);
    return true;
}

bool giveUpPowers(const ChildSpec &spec) noexcept
{
    if (spec.no_new_privileges && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return false;
    // Only who may do anything to capabilities may change the bounding set, and only root its identity: in this order.
    if (spec.capabilities != all_capabilities)
        limitBoundingSet(spec.capabilities);
    if (spec.identity && !takeIdentity(*spec.identity))
        return false;
    return spec.capabilities == all_capabilities || limitCapabilities(spec.capabilities);
}

bool limitResources(const ChildSpec &spec) noexcept
{
    const rlimit none{0, 0};
    ::umask(spec.file_mode_mask);
    return ::setrlimit(RLIMIT_CORE, &none) == 0 &&
           (spec.max_descriptors == 0 || lowerDescriptorLimit(spec.max_descriptors));
}

[[noreturn]] void runChild(const ChildSpec &spec, char *const *arguments, char *const *environment, int channel,
                           int report, pid_t parent) noexcept
{
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    for (const int number : {SIGCHLD, SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGPIPE})
        ::signal(number, SIG_DFL);
    const bool ready = arrangeDescriptors(spec.quiet, channel, report) && limitResources(spec) && giveUpPowers(spec) &&
                       (!spec.die_with_parent || ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
    if (ready && (!spec.die_with_parent || ::getppid() == parent))
        ::execve(spec.program.c_str(), arguments, environment);
    const int error = errno;
    if (::write(report, &error, sizeof error) < 0)
        ::_exit(126);
    ::_exit(127);
}

// Null-terminated, as exec wants it. Of use as long as `strings`.
std::vector<char *> pointersTo(const std::vector<std::string> &strings)
{
    std::vector<char *> pointers;
    for (const auto &string : strings)
        pointers.push_back(const_cast<char *>(string.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

bool isForEveryProgram(std::string_view entry)
{
    static constexpr auto names = {"PATH=", "LANG=", "LANGUAGE=", "TZ=", "TZDIR=", "OPENSSL_CONF=", "OPENSSL_MODULES="};
    static constexpr auto prefixes = {
        "LC_", "MALLOC_", "NETSANE_", "ASAN_OPTIONS=", "LSAN_OPTIONS=", "TSAN_OPTIONS=", "UBSAN_OPTIONS="};
    const auto begins = [entry](std::string_view text) { return entry.starts_with(text); };
    return std::any_of(names.begin(), names.end(), begins) || std::any_of(prefixes.begin(), prefixes.end(), begins);
}

} // namespace

std::vector<std::string> plainEnvironment(const char *const *environment)
{
    std::vector<std::string> plain;
    for (; environment && *environment; ++environment)
        if (isForEveryProgram(*environment))
            plain.emplace_back(*environment);
    return plain;
}

pid_t startChild(const ChildSpec &spec, UniqueFd channel)
{
    std::vector<std::string> words{spec.program};
    words.insert(words.end(), spec.arguments.begin(), spec.arguments.end());
    const auto arguments = pointersTo(words);
    const auto own_environment = spec.own_environment ? plainEnvironment(environ) : std::vector<std::string>();
    const auto own_pointers = pointersTo(own_environment);
    char *const *const environment = spec.own_environment ? own_pointers.data() : environ;

    // exec's failure comes through this pipe; its success closes it. The write end must not be in dup2's way.
    int pipe_fds[2];
    if (::pipe2(pipe_fds, O_CLOEXEC) != 0)
        throwErrno("make a pipe");
    UniqueFd report_read(pipe_fds[0]);
    UniqueFd report_write(pipe_fds[1]);
    if (report_write.get() <= child_channel_fd || channel.get() < child_channel_fd) {
        report_write = UniqueFd(::fcntl(report_write.get(), F_DUPFD_CLOEXEC, child_channel_fd + 1));
        channel = UniqueFd(::fcntl(channel.get(), F_DUPFD_CLOEXEC, child_channel_fd + 1));
        if (!report_write || !channel)
            throwErrno("duplicate a descriptor");
    }

    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0)
        throwErrno("fork for " + spec.program);
    if (pid == 0)
        runChild(spec, arguments.data(), environment, channel.get(), report_write.get(), parent);

    report_write.reset();
    int error = 0;
    ssize_t got;
    do {
        got = ::read(report_read.get(), &error, sizeof error);
    } while (got < 0 && errno == EINTR);
    if (got == sizeof error) {
        ::waitpid(pid, nullptr, 0);
        throwErrno(error, "start " + spec.program);
    }
    return pid;
}

} // namespace netsane
