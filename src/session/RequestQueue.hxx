// The requests of one connection that are outstanding, in the order in which they came (protocol.md §8).
//
// Part of a ServerSession. A slot leaves the queue when its reply has been written. Bounded: as many slots as may be
// outstanding, and a READ that a device has to answer is nothing but its slot; requestBytes() tells how much those hold
// that wait for their turn, so that the session can stop reading.
#pragma once

#include "protocol/DeviceMessages.hxx"
#include "protocol/OutstandingRequests.hxx"
#include "session/ServerTypes.hxx"
#include "wire/Message.hxx"

#include <cstddef>
#include <deque>
#include <optional>

namespace netsane {

struct RequestSlot {
    enum class State {
        queued,     // not begun; the request's bytes are kept
        dispatched, // its reply comes from a device or from the host
        ready,      // its reply is known
    };

    Command command;
    State state = State::queued;
    std::optional<DeviceKey> device; // the channel its reply comes from
    ByteBuffer message;              // queued: the request; ready: the reply
};

class RequestQueue {
public:
    bool empty() const noexcept { return slots_.empty(); }
    const OutstandingRequests &outstanding() const noexcept { return outstanding_; }
    void allowManyReads() noexcept { outstanding_.allowManyReads(); }
    bool hasAbort() const noexcept { return aborts_ != 0; }
    RequestSlot &front() noexcept { return slots_.front(); }
    const RequestSlot &front() const noexcept { return slots_.front(); }
    std::size_t requestBytes() const noexcept { return request_bytes_; }

    // True when nothing in the queue waits to be begun.
    bool allBegun() const noexcept { return queued_ == 0; }

    RequestSlot &push(Command command, std::optional<DeviceKey> device);

    // Keeps a copy of the request for later.
    void keep(RequestSlot &slot, MessageView request);
    // Marks a kept slot as begun and gives the copy out.
    ByteBuffer takeRequest(RequestSlot &slot, RequestSlot::State state);

    // Ends a slot with a refusal in its command's shape.
    void refuse(RequestSlot &slot, const Outcome &outcome);

    void popFront();
    void clear();

    auto begin() noexcept { return slots_.begin(); }
    auto end() noexcept { return slots_.end(); }
    auto begin() const noexcept { return slots_.begin(); }
    auto end() const noexcept { return slots_.end(); }

private:
    std::deque<RequestSlot> slots_;
    OutstandingRequests outstanding_;
    std::size_t request_bytes_ = 0;
    std::size_t queued_ = 0;
    std::size_t aborts_ = 0;
};

} // namespace netsane
