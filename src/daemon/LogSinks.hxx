// Where the lines of the log go, without ever waiting for whoever takes them: a reader that stands still, or a disk
// that is full, costs lines and not the service. How many were lost is told with the next one that gets through.
//
// Owned by spdlog's logger, in each process of the daemon.
#pragma once

#include "os/UniqueFd.hxx"

#include <cstddef>
#include <mutex>
#include <spdlog/sinks/base_sink.h>
#include <string>
#include <string_view>

namespace netsane {

class PatientSink : public spdlog::sinks::base_sink<std::mutex> {
public:
    // Closes what it has opened itself; it is opened again for the next line.
    virtual void forgetDescriptors() noexcept {}

protected:
    // One line, without its end. False when it can't be taken now; never blocks.
    virtual bool take(spdlog::level::level_enum level, std::string_view line) noexcept = 0;

    void sink_it_(const spdlog::details::log_msg &message) override;
    void flush_() override {}

private:
    std::size_t lost_ = 0;
};

// A descriptor that stays open and may be a pipe, a socket, a terminal or a file.
class DescriptorSink : public PatientSink {
public:
    explicit DescriptorSink(int fd) : fd_(fd) {}

protected:
    bool take(spdlog::level::level_enum level, std::string_view line) noexcept override;

private:
    const int fd_;
};

// Where fd is a pipe: puts the same pipe, opened anew, in its place, so that it can be non-blocking for this process
// and those that inherit it, and stays as it is for everybody else who has it. Several processes write to it: that
// there is room doesn't mean that it is there a moment later. Does nothing where that can't be done.
void openPipeAnew(int fd) noexcept;

// The system's log, as syslog(3) writes to it, which would wait for it.
class SyslogSink : public PatientSink {
public:
    explicit SyslogSink(std::string ident, std::string path = "/dev/log");

    void forgetDescriptors() noexcept override { socket_.reset(); }

protected:
    bool take(spdlog::level::level_enum level, std::string_view line) noexcept override;

private:
    bool connect() noexcept;

    const std::string ident_;
    const std::string path_;
    UniqueFd socket_;
};

} // namespace netsane
