#include "tool/check/CheckedProcess.hxx"

#include "os/Error.hxx"
#include "os/Process.hxx"
#include "os/Socket.hxx"

#include <array>
#include <cerrno>
#include <csignal>
#include <exception>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace netsane {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t max_output_bytes = 4U << 20;
constexpr std::chrono::seconds work_patience{30};
constexpr int channel_fd = 3;

bool waitReadable(int fd, Clock::time_point deadline)
{
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        pollfd entry{fd, POLLIN, 0};
        const int ready = left.count() <= 0 ? 0 : ::poll(&entry, 1, static_cast<int>(left.count()));
        if (ready >= 0 || errno != EINTR)
            return ready > 0;
    }
}

// Reads to the end of what the child writes, then waits for the child's.
ProcessOutcome follow(pid_t pid, const UniqueFd &source, std::chrono::seconds patience)
{
    const auto deadline = Clock::now() + patience;
    ProcessOutcome outcome;
    std::array<char, 16384> block{};
    for (ssize_t got = 1; got != 0;) {
        if (!waitReadable(source.get(), deadline) || outcome.output.size() > max_output_bytes) {
            outcome.is_late = true;
            ::kill(pid, SIGKILL);
            break;
        }
        got = ::read(source.get(), block.data(), block.size());
        if (got < 0 && errno != EINTR)
            break;
        if (got > 0)
            outcome.output.append(block.data(), static_cast<std::size_t>(got));
    }
    while (::waitpid(pid, &outcome.wait_status, 0) < 0 && errno == EINTR)
        ;
    return outcome;
}

pid_t forkFor(const std::string &what)
{
    const pid_t pid = ::fork();
    if (pid < 0)
        throwErrno("fork for " + what);
    return pid;
}

// In the child, from here on.
[[noreturn]] void execute(const std::vector<std::string> &command)
{
    std::vector<char *> arguments;
    for (const auto &word : command)
        arguments.push_back(const_cast<char *>(word.c_str()));
    arguments.push_back(nullptr);
    ::execv(arguments.front(), arguments.data());
    ::_exit(127);
}

bool arrangeStreams(int error_fd)
{
    const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    return null >= 0 && ::dup2(null, STDIN_FILENO) >= 0 && ::dup2(null, STDOUT_FILENO) >= 0 &&
           ::dup2(error_fd < 0 ? null : error_fd, STDERR_FILENO) >= 0;
}

std::pair<UniqueFd, UniqueFd> makePipe()
{
    std::array<int, 2> fds{};
    if (::pipe2(fds.data(), O_CLOEXEC) != 0)
        throwErrno("make a pipe");
    return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

} // namespace

CheckFindings checkAs(const std::optional<ProcessIdentity> &identity, const std::string &area,
                      const std::function<CheckFindings()> &work)
{
    auto [source, target] = makePipe();
    const pid_t pid = forkFor(area);
    if (pid == 0) {
        if (identity && !takeIdentity(*identity))
            ::_exit(126);
        std::string text;
        try {
            text = packFindings(work());
        } catch (const std::exception &error) {
            text = packFindings({{CheckLevel::fail, area, error.what(), ""}});
        }
        for (std::string_view rest = text; !rest.empty();) {
            const ssize_t sent = ::write(target.get(), rest.data(), rest.size());
            if (sent < 0 && errno != EINTR)
                ::_exit(125);
            rest.remove_prefix(sent < 0 ? 0 : static_cast<std::size_t>(sent));
        }
        ::_exit(0);
    }
    target.reset();
    const auto outcome = follow(pid, source, work_patience);
    auto findings = unpackFindings(outcome.output);
    if (!outcome.succeeded())
        findings.push_back({CheckLevel::fail, area,
                            outcome.is_late ? "looking at it took too long" : "the process that looks at it has failed",
                            ""});
    return findings;
}

ProcessOutcome runForErrors(const std::vector<std::string> &command, std::chrono::seconds patience)
{
    auto [source, target] = makePipe();
    const pid_t pid = forkFor(command.front());
    if (pid == 0) {
        if (!arrangeStreams(target.get()))
            ::_exit(126);
        execute(command);
    }
    target.reset();
    return follow(pid, source, patience);
}

ProcessOutcome runForChannel(const std::vector<std::string> &command, const std::optional<ProcessIdentity> &identity,
                             std::chrono::seconds patience)
{
    auto [ours, theirs] = streamSocketPair();
    const pid_t pid = forkFor(command.front());
    if (pid == 0) {
        // dup2() onto itself would leave FD_CLOEXEC set
        const bool is_there =
            theirs.get() == channel_fd ? ::fcntl(channel_fd, F_SETFD, 0) == 0 : ::dup2(theirs.get(), channel_fd) >= 0;
        if (!is_there || !arrangeStreams(-1) || (identity && !takeIdentity(*identity)))
            ::_exit(126);
        closeDescriptorsFrom(channel_fd + 1);
        execute(command);
    }
    theirs.reset();
    return follow(pid, ours, patience);
}

} // namespace netsane
