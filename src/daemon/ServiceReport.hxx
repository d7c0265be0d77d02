// Tells the service manager at what stage the daemon is, how busy, and at the right times that it lives.
//
// Owned by the supervisor, which says what happens; a ServiceNotifier sends it. How busy the daemon is, is told a
// moment after a change and at most once in that time, and only in other words than before. Without a service manager
// nothing is done and no timer runs.
#pragma once

#include "daemon/ServiceNotifier.hxx"
#include "event/Watch.hxx"

#include <functional>
#include <string>

namespace netsane {

class ServiceReport {
public:
    // "3 connections, 1 device in use"
    using Describe = std::function<std::string()>;

    ServiceReport(EventLoop &loop, ServiceNotifier notifier, Describe describe, Milliseconds moment = usual_moment);

    void started();
    void reloading();
    void reloaded(const std::string &failure); // "": the new configuration is in force
    void stopping();

    // describe() may say something else now.
    void changed();

    static constexpr Milliseconds usual_moment{1000};

private:
    std::string text() const;
    void tellStatus();
    void tellAlive();

    ServiceNotifier notifier_;
    const Describe describe_;
    const Milliseconds moment_;
    std::string failure_; // of the last reload
    std::string told_;
    bool is_serving_ = false;
    bool is_due_ = false; // status_timer_ runs
    Timer status_timer_;
    Timer alive_timer_;
};

} // namespace netsane
