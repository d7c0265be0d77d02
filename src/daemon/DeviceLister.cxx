#include "daemon/DeviceLister.hxx"

#include "daemon/Log.hxx"
#include "os/Socket.hxx"
#include "protocol/Numbers.hxx"
#include "wire/ProtocolError.hxx"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <unistd.h>
#include <utility>

namespace netsane {

namespace {

constexpr std::size_t receive_bytes = 16 * 1024;
constexpr std::size_t field_overhead_bytes = 8; // length and end of a string on the wire
constexpr Milliseconds exit_grace{5000};

bool isUsableName(const std::string &name)
{
    return !name.empty() && name.size() <= max_device_name_bytes && std::none_of(name.begin(), name.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
}

std::size_t encodedBytes(const DeviceEntry &device)
{
    return device.name.size() + device.vendor.size() + device.model.size() + device.type.size() +
           4 * field_overhead_bytes;
}

} // namespace

std::size_t DeviceLister::dropUnusable(std::vector<DeviceEntry> &devices)
{
    std::size_t bytes = 0;
    return std::erase_if(devices, [&bytes](const DeviceEntry &device) {
        const std::size_t longest_text = std::max({device.vendor.size(), device.model.size(), device.type.size()});
        if (!isUsableName(device.name) || longest_text > max_device_name_bytes)
            return true;
        bytes += encodedBytes(device);
        return bytes > max_list_bytes;
    });
}

DeviceLister::DeviceLister(EventLoop &loop, ChildReaper &reaper, ChildSpec spec, Milliseconds timeout,
                           std::function<void()> on_done)
    : loop_(loop), reaper_(reaper), spec_(std::move(spec)), timeout_(timeout), on_done_(std::move(on_done))
{
}

void DeviceLister::configure(ChildSpec spec, Milliseconds timeout)
{
    spec_ = std::move(spec);
    timeout_ = timeout;
}

bool DeviceLister::isOlderThan(Milliseconds age) const
{
    return !listing_ || EventLoop::now() - listing_->made_at > age;
}

void DeviceLister::refresh()
{
    if (run_ || stopped_)
        return;
    auto run = std::make_unique<Run>();
    try {
        auto [ours, theirs] = streamSocketPair();
        setNonBlocking(ours.get(), true);
        run->pid = startChild(spec_, std::move(theirs));
        run->socket = std::move(ours);
    } catch (const std::exception &error) {
        failure_ = error.what();
        logError("can't list devices: " + failure_);
        return on_done_();
    }
    run->listing.made_at = EventLoop::now();
    run->watch = std::make_unique<FdWatch>(
        loop_, run->socket.get(), [this] { readable(); }, [] {});
    run->watch->wantRead(true);
    run->timer = std::make_unique<Timer>(loop_, [this] { finish("it took too long"); });
    run->timer->schedule(timeout_);
    reaper_.watch(run->pid, [](int) {});
    run_ = std::move(run);
}

void DeviceLister::renew()
{
    again_ = isRunning();
    refresh();
}

// Nobody is told: who still waits for the list is about to lose its connection.
void DeviceLister::stop()
{
    stopped_ = true;
    if (!run_)
        return;
    reaper_.killAfter(run_->pid, Milliseconds(0));
    run_.reset();
}

void DeviceLister::readable()
{
    try {
        const auto room = run_->decoder.prepare(receive_bytes);
        const ssize_t got = ::read(run_->socket.get(), room.data(), room.size());
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (got <= 0)
            return finish("it ended without a list");
        run_->decoder.commit(static_cast<std::size_t>(got));
        while (run_) {
            const auto message = run_->decoder.next();
            if (!message)
                return;
            take(*message);
        }
    } catch (const ProtocolError &error) { // from the lister, which is as little trusted as a peer
        finish(error.what());
    }
}

void DeviceLister::take(MessageView message)
{
    switch (static_cast<Command>(message.command)) {
    case Command::init:
        run_->listing.version_code = decodeInitReply(message).version_code;
        run_->version_seen = true;
        return;
    case Command::get_devices: {
        auto reply = decodeGetDevicesReply(message);
        if (reply.outcome.status != Status::good)
            return finish(reply.outcome.reason.empty() ? "sane_get_devices failed" : reply.outcome.reason);
        if (const auto dropped = dropUnusable(reply.devices); dropped != 0)
            logWarning(std::to_string(dropped) +
                       " devices are left out: their names can't be used, or they are too many");
        run_->listing.devices = std::move(reply.devices);
        listing_ = std::move(run_->listing);
        return finish("");
    }
    default:
        return finish("it sent command " + std::to_string(message.command));
    }
}

void DeviceLister::finish(const std::string &failure)
{
    failure_ = failure;
    if (!failure.empty())
        logWarning("listing the devices failed: " + failure +
                   "; clients get the list that was made before, if there is one");
    reaper_.killAfter(run_->pid, failure.empty() ? exit_grace : Milliseconds(0));
    run_.reset();
    if (std::exchange(again_, false))
        refresh();
    on_done_();
}

} // namespace netsane
