#include "daemon/ChildReaper.hxx"

#include <csignal>
#include <string>
#include <sys/wait.h>
#include <utility>
#include <vector>

namespace netsane {

ChildReaper::ChildReaper(EventLoop &loop) : loop_(loop), signal_(loop, SIGCHLD, [this] { reap(); }) {}

void ChildReaper::watch(pid_t pid, OnExit on_exit)
{
    children_.insert_or_assign(pid, Child{std::move(on_exit), nullptr});
    // It may have ended before it was watched.
    ::raise(SIGCHLD);
}

void ChildReaper::killAfter(pid_t pid, Milliseconds grace)
{
    const auto child = children_.find(pid);
    if (child == children_.end())
        return;
    child->second.kill_timer = std::make_unique<Timer>(loop_, [this, pid] {
        if (children_.contains(pid)) // else the number may be somebody else's by now
            ::kill(pid, SIGKILL);
    });
    child->second.kill_timer->schedule(grace);
}

void ChildReaper::reap()
{
    std::vector<std::pair<OnExit, int>> ended;
    for (auto child = children_.begin(); child != children_.end();) {
        int status = 0;
        if (::waitpid(child->first, &status, WNOHANG) == child->first) {
            ended.emplace_back(std::move(child->second.on_exit), status);
            child = children_.erase(child);
        } else {
            ++child;
        }
    }
    for (const auto &[on_exit, status] : ended)
        on_exit(status);
}

void ChildReaper::killAll(int signal_number) noexcept
{
    for (const auto &[pid, child] : children_)
        ::kill(pid, signal_number);
}

std::string describeExit(int wait_status)
{
    if (WIFSIGNALED(wait_status))
        return "was killed by signal " + std::to_string(WTERMSIG(wait_status));
    return "exited with status " + std::to_string(WEXITSTATUS(wait_status));
}

} // namespace netsane
