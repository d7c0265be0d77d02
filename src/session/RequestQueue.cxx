#include "session/RequestQueue.hxx"

#include <utility>

namespace netsane {

RequestSlot &RequestQueue::push(Command command, std::optional<DeviceKey> device)
{
    slots_.push_back({command, RequestSlot::State::dispatched, device, {}, {}});
    return slots_.back();
}

void RequestQueue::keep(RequestSlot &slot, MessageView request)
{
    slot.state = RequestSlot::State::queued;
    slot.request.append(request.bytes);
    request_bytes_ += request.bytes.size();
    ++queued_;
}

ByteBuffer RequestQueue::takeRequest(RequestSlot &slot, RequestSlot::State state)
{
    request_bytes_ -= slot.request.size();
    --queued_;
    slot.state = state;
    return std::exchange(slot.request, ByteBuffer());
}

void RequestQueue::refuse(RequestSlot &slot, const Outcome &outcome)
{
    if (slot.state == RequestSlot::State::queued)
        takeRequest(slot, RequestSlot::State::ready);
    slot.state = RequestSlot::State::ready;
    slot.reply.clear();
    encodeRefusal(slot.reply, slot.command, outcome);
}

void RequestQueue::popFront()
{
    slots_.pop_front();
}

void RequestQueue::clear()
{
    slots_.clear();
    request_bytes_ = queued_ = 0;
}

} // namespace netsane
