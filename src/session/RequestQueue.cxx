#include "session/RequestQueue.hxx"

#include <utility>

namespace netsane {

RequestSlot &RequestQueue::push(Command command, std::optional<DeviceKey> device)
{
    slots_.push_back({command, RequestSlot::State::dispatched, device, {}});
    outstanding_.add(command);
    aborts_ += command == Command::abort ? 1 : 0;
    return slots_.back();
}

void RequestQueue::keep(RequestSlot &slot, MessageView request)
{
    slot.state = RequestSlot::State::queued;
    slot.message.append(request.bytes);
    request_bytes_ += request.bytes.size();
    ++queued_;
}

ByteBuffer RequestQueue::takeRequest(RequestSlot &slot, RequestSlot::State state)
{
    request_bytes_ -= slot.message.size();
    --queued_;
    slot.state = state;
    return std::exchange(slot.message, ByteBuffer());
}

void RequestQueue::refuse(RequestSlot &slot, const Outcome &outcome)
{
    if (slot.state == RequestSlot::State::queued)
        takeRequest(slot, RequestSlot::State::ready);
    slot.state = RequestSlot::State::ready;
    slot.message.clear();
    encodeRefusal(slot.message, slot.command, outcome);
}

void RequestQueue::popFront()
{
    outstanding_.remove(slots_.front().command);
    aborts_ -= slots_.front().command == Command::abort ? 1 : 0;
    slots_.pop_front();
}

void RequestQueue::clear()
{
    slots_.clear();
    outstanding_.clear();
    request_bytes_ = queued_ = aborts_ = 0;
}

} // namespace netsane
