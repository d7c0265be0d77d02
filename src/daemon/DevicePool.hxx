// The device processes: some that wait, so that nobody who opens a device has to wait for one to start, and those that
// were given a device.
//
// Owned by the DeviceBroker, in the supervisor. A process that waits has a control socket to the supervisor and nothing
// else: no client, no device. The assignment names the one device that it will open and brings the channel to the
// session process; the process confirms it. One that dies or hangs before is replaced, with growing pauses, and what it
// was given goes to another: the channel is untouched until then.
#pragma once

#include "daemon/ChildProcess.hxx"
#include "daemon/ChildReaper.hxx"
#include "event/Watch.hxx"
#include "os/UniqueFd.hxx"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace netsane {

class DevicePool {
public:
    struct Settings {
        ChildSpec program;     // a process that waits for its assignment
        std::size_t warm;      // so many are kept waiting
        Milliseconds patience; // for a process that starts
    };

    using Ticket = std::uint64_t;                                      // an assignment; never reused
    using OnEnd = std::function<void(Ticket ticket, int wait_status)>; // never called from within assign()

    DevicePool(EventLoop &loop, ChildReaper &reaper, Settings settings);
    ~DevicePool();

    // Starts those that are to wait, from the loop.
    void prepare();

    // Those that wait are ended, and others take their place.
    void replace();
    void replace(Settings settings);

    // Ends those that wait; no others are started.
    void stop();

    // Has a process serve the device on the channel. on_end: it has ended, or none could be had. Throws
    // std::system_error when no process can be started.
    Ticket assign(std::string device, UniqueFd channel, OnEnd on_end);
    // The process that has it now; 0 when it has ended.
    pid_t process(Ticket ticket) const noexcept;

    struct Counts {
        std::size_t wanted = 0; // that wait
        std::size_t ready = 0;
        std::size_t starting = 0;
        std::size_t assigned = 0;
    };
    Counts counts() const noexcept;

    // Nobody needs it any more: the process is killed unless it ends within the time.
    void release(Ticket ticket, Milliseconds grace);

private:
    struct Assignment {
        Ticket ticket = 0;
        std::string device;
        UniqueFd channel; // until a process has taken it
        OnEnd on_end;
        unsigned tries = 0;
        bool released = false;
    };

    struct Member {
        pid_t pid = -1;
        TimePoint started_at;
        UniqueFd control;
        bool ready = false;
        bool taken = false;  // the assignment has been confirmed
        bool silent = false; // nothing more is expected of it but its end
        std::optional<Assignment> assignment;
        std::unique_ptr<FdWatch> watch;
        std::unique_ptr<Timer> patience;
    };
    using Members = std::list<Member>;

    void refillIn(Milliseconds delay);
    void refillWithin(Milliseconds delay);
    void fill();
    Members::iterator start();
    Members::iterator nextFree();
    void give(Assignment &assignment);
    void hear(Member &member);
    void take(Member &member, std::span<const std::byte> message);
    void lostPatience(const Member &member);
    void exited(pid_t pid, int wait_status);
    void assignedEnded(Member &member, int wait_status);
    bool giveAgain(Assignment &assignment) noexcept;
    void memberFailed(const Member &member, int wait_status);
    void endWaiting();

    EventLoop &loop_;
    ChildReaper &reaper_;
    Settings settings_;
    Members waiting_;
    Members assigned_;
    Ticket next_ticket_ = 1;
    bool stopped_ = false;
    Milliseconds pause_{0};
    Timer refill_;
    std::optional<TimePoint> refill_at_;
};

} // namespace netsane
