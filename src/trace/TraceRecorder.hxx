// Writes what a session says into a file, without its secrets (doc/trace.md).
//
// Owned by a connection, client's or server's; must outlive its session. One write(2) per message, so that a process
// that crashes leaves what came before. What is secret is never copied, into no buffer of this object's. Nothing throws
// but the constructor (std::bad_alloc): a recording that can't go on ends and says so, once, and the session goes on.
#pragma once

#include "os/UniqueFd.hxx"
#include "session/SessionTap.hxx"
#include "trace/Conversation.hxx"
#include "trace/TraceFormat.hxx"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

namespace netsane {

class TraceRecorder final : public SessionTap {
public:
    // Why a recording has ended before the session; may throw, which counts for nothing.
    using OnProblem = std::function<void(const std::string &reason)>;

    // file: open for writing and empty. header's begin is set here.
    TraceRecorder(UniqueFd file, std::uint64_t max_bytes, TraceHeader header, OnProblem on_problem);
    ~TraceRecorder();
    TraceRecorder(const TraceRecorder &) = delete;
    TraceRecorder &operator=(const TraceRecorder &) = delete;

    void sent(std::span<const std::byte> messages) noexcept override;
    void received(std::span<const std::byte> message) noexcept override;
    void switched(bool encrypted) noexcept override;

private:
    template<typename Record>
    void record(const Record &record) noexcept;
    void add(Speaker speaker, std::span<const std::byte> messages) noexcept;
    void addMessage(Speaker speaker, std::span<const std::byte> message);
    void write();
    void stop(const std::string &reason) noexcept;
    TraceTime now() const noexcept;

    UniqueFd file_;
    const std::uint64_t max_bytes_;
    const Speaker own_;
    const OnProblem on_problem_;
    const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
    std::uint64_t written_bytes_ = 0;
    Conversation conversation_;
    ByteBuffer buffer_;
};

} // namespace netsane
