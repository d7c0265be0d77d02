// Lets the program netsaned-certificate make the server's own certificate, beside the event loop.
//
// Owned by the supervisor, which links no OpenSSL itself. One at a time.
#pragma once

#include "daemon/ChildProcess.hxx"
#include "daemon/ChildReaper.hxx"
#include "daemon/IpcMessages.hxx"
#include "daemon/PacketChannel.hxx"
#include "event/Watch.hxx"

#include <functional>
#include <memory>
#include <string>

namespace netsane {

class CertificateMaker {
public:
    // failure: empty when the certificate is there, whoever has made it. May start the next one.
    using OnDone = std::function<void(const std::string &failure)>;

    // program: netsaned-certificate, as whom it is to run
    CertificateMaker(EventLoop &loop, ChildReaper &reaper, ChildSpec program);

    // Tells from the loop how it went, in a bounded time; ends one that is under way and says nothing about it.
    // Throws std::system_error when the program can't be started.
    // is_trial: what was made is not worth a line in the log.
    void make(const CertificateWish &wish, bool is_trial, OnDone on_done);

    // Ends it; nothing is told any more.
    void cancel();

private:
    void message(MessageView message);
    void finish(const std::string &failure);
    void report();

    EventLoop &loop_;
    ChildReaper &reaper_;
    const ChildSpec program_;
    pid_t pid_ = -1;
    bool is_trial_ = false;
    bool finished_ = false;
    std::string failure_;
    OnDone on_done_;
    Timer timer_; // the deadline; then, with no delay, the outcome
    std::unique_ptr<PacketChannel> channel_;
};

} // namespace netsane
