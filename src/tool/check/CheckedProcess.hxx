// Processes of `netsane check`: a part of it that runs as somebody else, and programs of netsaned's. Stateless
// functions that block until the process has ended or its time is over; then it is killed. Throw std::system_error.
#pragma once

#include "os/ProcessIdentity.hxx"
#include "tool/check/CheckReport.hxx"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace netsane {

struct ProcessOutcome {
    std::string output;
    int wait_status = 0; // of waitpid(2)
    bool is_late = false;

    bool succeeded() const noexcept { return wait_status == 0 && !is_late; }
};

// Calls work in a child that is `identity` (nothing: as this process), and returns what it finds. What ends the child
// early is a finding, too.
CheckFindings checkAs(const std::optional<ProcessIdentity> &identity, const std::string &area,
                      const std::function<CheckFindings()> &work);

// Standard error of a program, which gets no input.
ProcessOutcome runForErrors(const std::vector<std::string> &command, std::chrono::seconds patience);

// What a program sends on the socket that it finds at descriptor 3; its own output is dropped.
ProcessOutcome runForChannel(const std::vector<std::string> &command, const std::optional<ProcessIdentity> &identity,
                             std::chrono::seconds patience);

} // namespace netsane
