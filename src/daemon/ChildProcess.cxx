#include "daemon/ChildProcess.hxx"

#include "os/Error.hxx"
#include "os/Process.hxx"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace netsane {

namespace {

// Of exec's failure, in the child.
constexpr int report_fd = child_channel_fd + 1;

std::vector<gid_t> groupsOf(const char *user, gid_t primary)
{
    int count = 64;
    std::vector<gid_t> groups(static_cast<std::size_t>(count));
    if (::getgrouplist(user, primary, groups.data(), &count) < 0) {
        groups.resize(static_cast<std::size_t>(count));
        if (::getgrouplist(user, primary, groups.data(), &count) < 0)
            throw std::runtime_error(std::string("too many groups of user ") + user);
    }
    groups.resize(static_cast<std::size_t>(count));
    return groups;
}

// From here to exec, in the child: async-signal-safe calls only.

bool takeIdentity(const ProcessIdentity &identity) noexcept
{
    return ::setgroups(identity.groups.size(), identity.groups.data()) == 0 &&
           ::setresgid(identity.gid, identity.gid, identity.gid) == 0 &&
           ::setresuid(identity.uid, identity.uid, identity.uid) == 0;
}

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

[[noreturn]] void runChild(const ChildSpec &spec, char *const *arguments, int channel, int report,
                           pid_t parent) noexcept
{
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    for (const int number : {SIGCHLD, SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGPIPE})
        ::signal(number, SIG_DFL);
    const bool ready = arrangeDescriptors(spec.quiet, channel, report) &&
                       (spec.max_descriptors == 0 || lowerDescriptorLimit(spec.max_descriptors)) &&
                       (!spec.identity || takeIdentity(*spec.identity)) &&
                       ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                       (!spec.die_with_parent || ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
    if (ready && (!spec.die_with_parent || ::getppid() == parent))
        ::execv(spec.program.c_str(), arguments);
    const int error = errno;
    if (::write(report, &error, sizeof error) < 0)
        ::_exit(126);
    ::_exit(127);
}

} // namespace

ProcessIdentity lookupIdentity(const std::string &user, const std::string &extra_group)
{
    errno = 0;
    const passwd *const entry = ::getpwnam(user.c_str());
    if (!entry)
        throw std::runtime_error("user = \"" + user +
                                 "\": " + (errno != 0 ? errnoText(errno) : "this system has no such user"));
    ProcessIdentity identity{entry->pw_uid, entry->pw_gid, groupsOf(user.c_str(), entry->pw_gid)};
    if (const group *const extra = extra_group.empty() ? nullptr : ::getgrnam(extra_group.c_str()))
        identity.groups.push_back(extra->gr_gid);
    return identity;
}

pid_t startChild(const ChildSpec &spec, UniqueFd channel)
{
    std::vector<char *> arguments{const_cast<char *>(spec.program.c_str())};
    for (const auto &argument : spec.arguments)
        arguments.push_back(const_cast<char *>(argument.c_str()));
    arguments.push_back(nullptr);

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
        runChild(spec, arguments.data(), channel.get(), report_write.get(), parent);

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
