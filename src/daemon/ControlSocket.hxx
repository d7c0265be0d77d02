// The control socket: takes a line from who may ask, and gives the answer back. Doesn't know what is asked.
//
// Owned by ControlCommands, in the supervisor. Only root and the user that netsaned itself runs as are heard
// (SO_PEERCRED); anybody else is told so at once and holds no place. What one caller may take is bounded: one line of
// ControlRequest::max_bytes, some seconds to send it, some to take the answer, and max_callers at once; more wait in
// the kernel's queue. Nothing here blocks, and no timer runs while nobody calls.
#pragma once

#include "daemon/ControlListener.hxx"
#include "daemon/RefusalLog.hxx"
#include "event/Watch.hxx"
#include "os/UniqueFd.hxx"

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace netsane {

class ControlSocket {
public:
    static constexpr std::size_t max_callers = 8;

    using CallId = std::uint64_t; // never reused
    struct Caller {
        uid_t uid = 0;
        pid_t pid = 0; // when it connected
    };
    // A line without its end. To be answered, now or later, by answer().
    using OnRequest = std::function<void(CallId call, const Caller &caller, std::string_view line)>;
    // A line to send in place of an answer.
    using MakeError = std::function<std::string(std::string_view reason)>;

    struct Times {
        Milliseconds request;  // to send the line
        Milliseconds answer;   // until there is an answer
        Milliseconds delivery; // to take it
    };
    static constexpr Times usual_times{Milliseconds(5000), Milliseconds(90000), Milliseconds(5000)};

    ControlSocket(EventLoop &loop, OnRequest on_request, MakeError make_error, Times times = usual_times);
    ~ControlSocket();

    // Listens there from now on and no longer elsewhere; nullptr: nowhere. Callers that are connected stay.
    void use(std::unique_ptr<ControlListener> listener);
    const std::string &path() const noexcept; // "" for none

    void startAccepting();
    // Closes all, and removes the file.
    void stop();

    // Nothing if the caller has gone.
    void answer(CallId call, std::string text);

private:
    struct Call {
        CallId id = 0;
        Caller caller;
        UniqueFd socket;
        std::string request;
        std::string answer;
        std::size_t sent_bytes = 0;
        bool is_asked = false; // the request is complete
        std::unique_ptr<FdWatch> watch;
        std::unique_ptr<Timer> deadline;
    };
    using Calls = std::list<Call>;

    void watchListener();
    void accept();
    bool acceptOne();
    void refuse(const UniqueFd &socket, const Caller &caller);
    void receive(Call &call);
    void requestComplete(Call &call, std::size_t line_bytes);
    void send(Call &call);
    void late(Call &call);
    void end(Call &call);
    void update();

    EventLoop &loop_;
    const OnRequest on_request_;
    const MakeError make_error_;
    const Times times_;
    std::unique_ptr<ControlListener> listener_;
    std::unique_ptr<FdWatch> listener_watch_; // before the listener
    Calls calls_;
    Calls ended_; // until nobody up the stack uses them
    Timer bury_;
    Timer pause_; // when the descriptors have run out
    RefusalLog refusals_;
    CallId next_ = 1;
    bool accepting_ = false;
};

} // namespace netsane
