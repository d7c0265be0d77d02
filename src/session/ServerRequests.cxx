// The requests of ServerSession: queueing, beginning them in order, replies in order (protocol.md §7, §8).

#include "session/ServerSession.hxx"

#include "protocol/ConnectionMessages.hxx"
#include "session/StatusText.hxx"
#include "wire/FrameEncoder.hxx"
#include "wire/MessageReader.hxx"
#include "wire/ProtocolError.hxx"

#include <utility>

namespace netsane {

namespace {

constexpr std::size_t large_reply_bytes = 16 * 1024;

// What the session answers itself, only when everything before is answered.
bool isLocal(Command command) noexcept
{
    switch (command) {
    case Command::init:
    case Command::exit:
    case Command::status_text:
    case Command::get_devices:
    case Command::open:
        return true;
    default:
        return false;
    }
}

// Decodes a request for its checks alone, when it comes: what is wrong with it is its sender's fault, and what is
// begun later or reaches a device process is well-formed.
void checkRequest(Command command, MessageView request)
{
    switch (command) {
    case Command::status_text:
        decodeStatusTextRequest(request);
        return;
    case Command::open:
        decodeOpenRequest(request);
        return;
    case Command::get_option:
        decodeGetOptionRequest(request);
        return;
    case Command::control_option:
        decodeControlOptionRequest(request);
        return;
    case Command::read:
        decodeReadRequest(request);
        return;
    case Command::set_io_mode:
        decodeSetIoModeRequest(request);
        return;
    default:
        return; // a handle and nothing else; decodeHandle() has seen it
    }
}

} // namespace

void ServerSession::handleRequest(MessageView message, SessionTime now)
{
    const auto command = static_cast<Command>(message.command);
    if (!queue_.outstanding().hasRoom(command))
        throw ProtocolError("more requests outstanding than " + std::to_string(queue_.outstanding().count()));
    if (crypt_.isAskedLater())
        crypt_.requestCrossed(command);
    if (command == Command::abort)
        return handleAbort(message, now);
    std::optional<DeviceKey> device;
    if (!isLocal(command))
        device = handles_.find(decodeHandle(message));
    checkRequest(command, message);
    const bool behind_local = !queue_.empty() && isLocal(queue_.front().command);
    const bool can_begin =
        !holdsRequests() && queue_.allBegun() && !behind_local && (!isLocal(command) || queue_.empty());
    if (queue_.empty())
        last_sent_ = blame_since_ = now; // progress notes count from here
    RequestSlot &slot = queue_.push(command, device);
    if (can_begin)
        begin(slot, message, now);
    else
        queue_.keep(slot, message);
    pump(now);
}

void ServerSession::handleAbort(MessageView message, SessionTime now)
{
    const auto device = handles_.find(decodeHandle(message));
    const bool closes_first = device && cancelQueued(*device, now);
    if (queue_.empty())
        last_sent_ = blame_since_ = now;
    RequestSlot &slot = queue_.push(Command::abort, device);
    if (closes_first) {
        queue_.keep(slot, message); // its turn comes when the handle is gone
    } else {
        beginDevice(slot, message);
        blame_since_ = now; // from now on the device is expected to hurry
    }
    pump(now);
}

// For an ABRT: what still waits for its turn on that device is cancelled, or where its reply has no status for
// that goes to the device now. True where a CLOS waits, which is neither.
bool ServerSession::cancelQueued(DeviceKey device, SessionTime now)
{
    for (auto &slot : queue_) {
        if (slot.device != device || slot.state != RequestSlot::State::queued)
            continue;
        if (slot.command == Command::close)
            return true;
        if (slot.command == Command::get_option) {
            const ByteBuffer request = queue_.takeRequest(slot, RequestSlot::State::dispatched);
            begin(slot, viewMessage(request.data(), limits_after_login), now);
        } else {
            queue_.refuse(slot, {Status::cancelled, {}});
        }
    }
    return false;
}

void ServerSession::pump(SessionTime now)
{
    do {
        flushReady(now);
    } while (!holdsRequests() && beginNext(now));
    flushReady(now);
    askCryptIfIdle(now);
}

bool ServerSession::flushReady(SessionTime now)
{
    bool flushed = false;
    while (!queue_.empty() && queue_.front().state == RequestSlot::State::ready) {
        transport_.messages().append(queue_.front().message.data());
        popFront(now);
        flushed = true;
    }
    return flushed;
}

void ServerSession::popFront(SessionTime now)
{
    queue_.popFront();
    last_sent_ = blame_since_ = now;
}

void ServerSession::refuseAll(const Outcome &outcome)
{
    for (auto &slot : queue_)
        if (slot.state != RequestSlot::State::ready)
            queue_.refuse(slot, outcome);
}

// Begins the first request that can be begun. A request that the session answers itself waits until all before
// it are answered, and holds up all behind it; requests to devices go out at once.
bool ServerSession::beginNext(SessionTime now)
{
    if (queue_.allBegun())
        return false;
    for (auto &slot : queue_) {
        if (isLocal(slot.command) && (&slot != &queue_.front() || slot.state != RequestSlot::State::queued))
            return false;
        if (slot.state == RequestSlot::State::queued) {
            const ByteBuffer request = queue_.takeRequest(slot, RequestSlot::State::dispatched);
            begin(slot, viewMessage(request.data(), limits_after_login), now);
            return true;
        }
    }
    return false;
}

void ServerSession::begin(RequestSlot &slot, MessageView request, SessionTime now)
{
    if (isLocal(slot.command))
        beginLocal(slot, request, now);
    else
        beginDevice(slot, request);
}

void ServerSession::beginLocal(RequestSlot &slot, MessageView request, SessionTime)
{
    switch (slot.command) {
    case Command::init:
        slot.state = RequestSlot::State::ready;
        return encodeInitReply(slot.message, {{}, version_code_});
    case Command::exit:
        closeAllDevices();
        return queue_.refuse(slot, {});
    case Command::status_text:
        slot.state = RequestSlot::State::ready;
        return encodeStatusTextReply(slot.message, statusText(decodeStatusTextRequest(request)));
    case Command::get_devices:
        return host_.listDevices();
    default:
        return beginOpen(slot, request);
    }
}

void ServerSession::beginOpen(RequestSlot &slot, MessageView request)
{
    opening_name_ = decodeOpenRequest(request).device;
    if (handles_.size() >= max_handles)
        return queue_.refuse(
            slot, {Status::no_mem, "at most " + std::to_string(max_handles) + " handles may be open on a connection"});
    slot.device = next_key_++;
    host_.openDevice(*slot.device, opening_name_);
}

void ServerSession::beginDevice(RequestSlot &slot, MessageView request)
{
    if (!slot.device || !handles_.contains(*slot.device))
        return queue_.refuse(slot, {Status::invalid, "no such handle"});
    const DeviceKey key = *slot.device;
    const bool dead = dead_devices_.contains(key);
    if (slot.command == Command::close)
        handles_.remove(key);
    if (dead)
        return queue_.refuse(slot, {Status::io_error, "the device is gone"});
    ByteBuffer forwarded;
    encodeWithHandle(forwarded, request, channel_handle);
    host_.sendToDevice(key, forwarded.data());
}

void ServerSession::devicesListed(const GetDevicesReply &reply)
{
    if (queue_.empty() || queue_.front().command != Command::get_devices ||
        queue_.front().state != RequestSlot::State::dispatched)
        return;
    RequestSlot &slot = queue_.front();
    slot.state = RequestSlot::State::ready;
    encodeGetDevicesReply(slot.message, reply);
    pump(last_sent_);
}

void ServerSession::deviceOpened(DeviceKey key, const OpenDecision &decision, SessionTime now)
{
    if (queue_.empty() || queue_.front().device != key || queue_.front().command != Command::open ||
        queue_.front().state != RequestSlot::State::dispatched) {
        if (decision.kind == OpenDecision::Kind::opened)
            host_.closeDevice(key);
        return;
    }
    RequestSlot &slot = queue_.front();
    switch (decision.kind) {
    case OpenDecision::Kind::opened: {
        ByteBuffer first;
        Hello hello{client_hello_.text, protocol_revision, {}};
        for (const auto extension : {extension_descriptors, extension_values})
            if (client_hello_.announces(extension))
                hello.extensions.push_back(extension);
        encodeHello(first, hello);
        encodeOpenRequest(first, {});
        host_.sendToDevice(key, first.data());
        return;
    }
    case OpenDecision::Kind::refused:
        queue_.refuse(slot, decision.outcome);
        return pump(now);
    case OpenDecision::Kind::login_needed:
        if (!login_.isLoggedIn() && crypt_.isAskedLater()) {
            // The client can't be asked now, and it answers CRPT_REQ only when it has the reply.
            queue_.refuse(slot, {Status::device_busy, "encryption is being negotiated, please try again"});
            return pump(now);
        }
        if (!login_.isLoggedIn() && login_.canOffer(transport_.link()))
            return login_.ask(now + settings_.login_timeout);
        if (!login_.isLoggedIn())
            host_.loginGivenUp(noLoginReason());
        queue_.refuse(slot, {Status::access_denied, login_.isLoggedIn()
                                                        ? "you may not use this device; ask the server's admin"
                                                        : "a login is needed, and none is possible on this connection; "
                                                          "use encryption (tls), or ask the server's admin"});
        return pump(now);
    }
}

std::string_view ServerSession::noLoginReason() const
{
    if (settings_.auth_methods.empty())
        return "the device needs a login, and the configuration has no method";
    return transport_.link().confidential ? "no method may be offered on this connection"
                                          : "no method may be offered on an unencrypted connection";
}

bool ServerSession::wantsDevice(DeviceKey key) const noexcept
{
    return !finished_ && !queue_.empty() && queue_.front().device == key &&
           queue_.front().state == RequestSlot::State::dispatched && !login_.inProgress();
}

void ServerSession::deviceMessage(DeviceKey key, MessageView message, SessionTime now)
{
    if (!wantsDevice(key))
        return;
    RequestSlot &slot = queue_.front();
    if (static_cast<Command>(message.command) != slot.command)
        throw ProtocolError("the device process answered " + std::to_string(message.command) + " to " +
                            std::to_string(static_cast<std::uint32_t>(slot.command)));
    if (slot.command == Command::open) {
        openReplied(slot, message);
    } else {
        tellScan(key, scans_.replied(key, message));
        passOn(message.bytes);
        if (slot.command == Command::close)
            dropDevice(key);
        popFront(now);
    }
    pump(now);
}

// Small replies gather, and travel together.
void ServerSession::passOn(std::span<const std::byte> bytes)
{
    const bool is_first = bytes.size() >= large_reply_bytes && transport_.unsentBytes() == 0;
    if (is_first && transport_.isClear() && !transport_.isTapped())
        bytes = bytes.subspan(host_.sendToClient(bytes));
    transport_.append(bytes);
}

// The device process's reply, with the client's token in the place of the channel's handle.
void ServerSession::openReplied(RequestSlot &slot, MessageView message)
{
    const DeviceKey key = *slot.device;
    MessageReader reader(message);
    const auto status = reader.readUnsigned();
    slot.message.clear();
    if (toStatus(status) != Status::good) {
        slot.message.append(message.bytes);
        slot.state = RequestSlot::State::ready;
        return dropDevice(key);
    }
    reader.readOpaque();
    FrameEncoder reply(slot.message, message.command);
    reply.integer(status).opaque(handles_.add(key));
    while (const auto field = reader.readRaw())
        reply.opaque(*field);
    reply.end();
    slot.state = RequestSlot::State::ready;
    transport_.setLimits(limits_after_login);
    queue_.allowManyReads();
}

void ServerSession::deviceGone(DeviceKey key, const std::string &reason, SessionTime now)
{
    if (handles_.contains(key))
        dead_devices_.insert(key);
    tellScan(key, scans_.ended(key, Status::io_error));
    for (auto &slot : queue_)
        if (slot.device == key && slot.state != RequestSlot::State::ready)
            queue_.refuse(slot, {Status::io_error, reason});
    host_.closeDevice(key);
    pump(now);
}

void ServerSession::dropDevice(DeviceKey key)
{
    handles_.remove(key);
    dead_devices_.erase(key);
    tellScan(key, scans_.ended(key, Status::cancelled));
    host_.closeDevice(key);
}

void ServerSession::tellScan(DeviceKey key, const std::optional<ScanSummary> &scan)
{
    if (scan)
        host_.scanEnded(key, *scan);
}

void ServerSession::closeAllDevices()
{
    for (const DeviceKey key : handles_.keys()) {
        tellScan(key, scans_.ended(key, Status::cancelled));
        host_.closeDevice(key);
        // An ABRT that has overtaken what is being done now would wait for ever.
        for (auto &slot : queue_)
            if (slot.device == key && slot.state == RequestSlot::State::dispatched)
                queue_.refuse(slot, {Status::cancelled, {}});
    }
    handles_.clear();
    dead_devices_.clear();
    // A CLOS has taken its handle out of the table already, and an OPEN not put it in yet.
    for (const auto &slot : queue_) {
        const bool is_between = slot.command == Command::close || slot.command == Command::open;
        if (!is_between || !slot.device || slot.state != RequestSlot::State::dispatched)
            continue;
        tellScan(*slot.device, scans_.ended(*slot.device, Status::cancelled));
        host_.closeDevice(*slot.device);
    }
}

} // namespace netsane
