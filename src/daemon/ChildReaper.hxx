// Tells when child processes have ended. One per supervisor; it alone calls waitpid(2).
#pragma once

#include "event/Watch.hxx"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <sys/types.h>

namespace netsane {

class ChildReaper {
public:
    // wait_status: as from waitpid(2)
    using OnExit = std::function<void(int wait_status)>;

    explicit ChildReaper(EventLoop &loop);

    // Calls on_exit from the loop once the child has ended. Several children may be watched.
    void watch(pid_t pid, OnExit on_exit);

    // Kills the child (SIGKILL) if it hasn't ended by then. Does nothing for a child that has ended.
    void killAfter(pid_t pid, Milliseconds grace);

    bool empty() const noexcept { return children_.empty(); }
    std::size_t size() const noexcept { return children_.size(); }

    // Sends a signal to every child that is left.
    void killAll(int signal_number) noexcept;

private:
    struct Child {
        OnExit on_exit;
        std::unique_ptr<Timer> kill_timer;
    };

    void reap();

    EventLoop &loop_;
    std::map<pid_t, Child> children_;
    SignalWatch signal_;
};

// "exited with status 3", "was killed by signal 9"
std::string describeExit(int wait_status);

} // namespace netsane
