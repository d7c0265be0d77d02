#include "device/DeviceProcess.hxx"

#include "device/CancelSignal.hxx"
#include "device/DeviceChannel.hxx"
#include "device/DeviceWorker.hxx"
#include "device/SaneSetup.hxx"
#include "os/Error.hxx"
#include "os/Socket.hxx"
#include "wire/FrameDecoder.hxx"
#include "wire/WireLimits.hxx"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <pthread.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace netsane {

namespace {

std::atomic<int> channel_fd{-1};

sigset_t onlyTerminate() noexcept
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    return set;
}

// Backends fork reader processes: the peer must see the end of the channel when this process is gone, whatever becomes
// of those, and backends end them with SIGTERM.
extern "C" void releaseInChild()
{
    ::close(channel_fd);
    const auto terminate = onlyTerminate();
    ::pthread_sigmask(SIG_UNBLOCK, &terminate, nullptr);
}

// A terminal's interrupt goes to the supervisor too, which ends the session in order.
void ignoreSignals() noexcept
{
    for (const int ignored : {SIGINT, SIGHUP, SIGPIPE})
        std::signal(ignored, SIG_IGN);
}

void keepFromChildren(int fd)
{
    channel_fd = fd;
    if (::pthread_atfork(nullptr, nullptr, releaseInChild) != 0)
        throwErrno(ENOMEM, "register a fork handler");
    setCloseOnExec(fd, true);
}

// A descriptor that is readable when SIGTERM has come. A handler would not do: backends put back the default one.
UniqueFd watchTerminate()
{
    const auto terminate = onlyTerminate();
    ::pthread_sigmask(SIG_BLOCK, &terminate, nullptr);
    UniqueFd fd(::signalfd(-1, &terminate, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!fd)
        throwErrno("watch for SIGTERM");
    return fd;
}

// The thread of the channel, in which all signals are blocked; ends when the link is finished.
class ChannelThread {
public:
    ChannelThread(UniqueFd channel, UniqueFd terminate, DeviceLink &link, const DeviceTimeouts &timeouts)
        : link_(link), channel_(std::move(channel), std::move(terminate), link, timeouts)
    {
        sigset_t all;
        sigset_t before;
        sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before);
        thread_ = std::thread([this] { exit_status_ = channel_.run(); });
        ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    }
    ~ChannelThread() { finish(); }
    ChannelThread(const ChannelThread &) = delete;
    ChannelThread &operator=(const ChannelThread &) = delete;

    int finish()
    {
        link_.finish();
        if (thread_.joinable())
            thread_.join();
        return exit_status_;
    }

private:
    DeviceLink &link_;
    DeviceChannel channel_;
    int exit_status_ = EXIT_SUCCESS;
    std::thread thread_;
};

void sendAll(int fd, std::span<const std::byte> bytes)
{
    while (!bytes.empty()) {
        const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent >= 0)
            bytes = bytes.subspan(static_cast<std::size_t>(sent));
        else if (errno != EINTR)
            throwErrno("send the list of devices");
    }
}

struct Assignment {
    std::string device;
    UniqueFd channel;
};

// Says that this process is ready, then sleeps until it is needed. Nothing when that is never.
std::optional<Assignment> waitForAssignment(int control, const SaneLibrary &library)
{
    ByteBuffer ready;
    encodeInitReply(ready, {{library.status(), {}}, library.versionCode()});
    sendPacket(control, ready.data(), {});
    Packet packet;
    if (receivePacket(control, packet) != ReceiveResult::packet)
        return std::nullopt;
    auto request = decodeOpenRequest(viewMessage(packet.bytes, limits_after_login));
    if (packet.fds.size() != 1)
        throw std::runtime_error("an assignment without a channel");
    ByteBuffer taken;
    encodeOpenReply(taken, {});
    sendPacket(control, taken.data(), {});
    return Assignment{std::move(request.device), std::move(packet.fds.front())};
}

int serve(std::unique_ptr<SaneSetup> sane, UniqueFd channel, const std::string &device, const DeviceTimeouts &timeouts)
{
    keepFromChildren(channel.get());
    sane->narrowTo(device); // before a backend is loaded: not all stand an end and a new begin
    CancelSignal::install();
    DeviceLink link;
    ChannelThread thread(std::move(channel), watchTerminate(), link, timeouts);
    {
        DeviceWorker worker(link, sane->library(), device, sane->config().refusal(device).value_or(""));
        worker.run();
    }
    sane.reset(); // the thread sees to it that this process ends even where sane_exit doesn't
    return thread.finish();
}

} // namespace

int serveDevice(UniqueFd channel, const DeviceProcessOptions &options)
{
    ignoreSignals();
    auto sane = std::make_unique<SaneSetup>(options.sane_config_dir, options.excluded_backends);
    return serve(std::move(sane), std::move(channel), options.device, options.timeouts);
}

int serveWhenAssigned(UniqueFd control, const DeviceProcessOptions &options)
{
    ignoreSignals();
    setCloseOnExec(control.get(), true);
    auto sane = std::make_unique<SaneSetup>(options.sane_config_dir, options.excluded_backends);
    auto assignment = waitForAssignment(control.get(), sane->library());
    control.reset();
    if (!assignment)
        return EXIT_SUCCESS;
    ::prctl(PR_SET_NAME, assignment->device.c_str()); // for who looks at the processes; as much as fits
    sane->refresh();
    return serve(std::move(sane), std::move(assignment->channel), assignment->device, options.timeouts);
}

int listDevices(UniqueFd channel, const DeviceProcessOptions &options)
{
    ignoreSignals();
    keepFromChildren(channel.get());
    setNonBlocking(channel.get(), false);
    const SaneSetup sane(options.sane_config_dir, options.excluded_backends);

    ByteBuffer messages;
    encodeInitReply(messages, {{sane.library().status(), {}}, sane.library().versionCode()});
    auto devices = sane.library().devices();
    std::erase_if(devices.devices,
                  [&](const DeviceEntry &entry) { return sane.config().refusal(entry.name).has_value(); });
    encodeGetDevicesReply(messages, devices);
    sendAll(channel.get(), messages.data());
    return EXIT_SUCCESS;
}

} // namespace netsane
