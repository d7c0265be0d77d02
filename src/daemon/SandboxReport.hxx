// What holds the daemon's processes in their places, a line in the log for each class of them, once.
//
// Owned by the supervisor. The session and the auth process tell of themselves. Of the device processes one that is
// started for it tells, and ends.
#pragma once

#include "daemon/ChildProcess.hxx"
#include "daemon/ChildReaper.hxx"
#include "event/Watch.hxx"

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace netsane {

class SandboxReport {
public:
    SandboxReport(EventLoop &loop, ChildReaper &reaper);

    // Further texts for the same class are dropped: a process that has clients by now may be anybody's.
    void tell(const std::string &process_class, const std::string &text);

    // Starts the program, and calls on_told, from the loop, when it has told or can't. program: with the arguments of a
    // device process, but for what it is to do.
    void askDevice(ChildSpec program, std::function<void()> on_told);
    // By class of processes: what was told first, as it is in the log.
    const std::map<std::string, std::string> &texts() const noexcept { return told_; }
    bool hasDevice() const noexcept { return told_.contains("device"); }

private:
    void hear();
    void finish(const std::string &text);

    EventLoop &loop_;
    ChildReaper &reaper_;
    std::map<std::string, std::string> told_;
    std::function<void()> on_told_;
    pid_t pid_ = -1;
    UniqueFd channel_;
    std::unique_ptr<FdWatch> watch_; // before the channel
    Timer timer_;
};

} // namespace netsane
