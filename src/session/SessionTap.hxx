// What looks on at a session: its messages as they are below the encryption, and nothing of it can be changed.
//
// Implemented by trace/TraceRecorder. Called by a SessionTransport from within its own functions, in the order of what
// happens; the bytes are valid for the call only, and may hold a password.
#pragma once

#include <cstddef>
#include <span>

namespace netsane {

class SessionTap {
public:
    // Whole messages, one or more, on their way to the peer.
    virtual void sent(std::span<const std::byte> messages) noexcept = 0;

    // One whole message of the peer's.
    virtual void received(std::span<const std::byte> message) noexcept = 0;

    // What follows goes through another crypt stream.
    virtual void switched(bool encrypted) noexcept = 0;

protected:
    ~SessionTap() = default;
};

} // namespace netsane
