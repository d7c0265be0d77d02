#include "device/DeviceProcess.hxx"

#include "device/CancelSignal.hxx"
#include "device/DeviceChannel.hxx"
#include "device/DeviceWorker.hxx"
#include "device/SaneEnvironment.hxx"
#include "os/Error.hxx"
#include "os/Socket.hxx"
#include "wire/WireLimits.hxx"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <pthread.h>
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

void prepareProcess(int fd)
{
    channel_fd = fd;
    if (::pthread_atfork(nullptr, nullptr, releaseInChild) != 0)
        throwErrno(ENOMEM, "register a fork handler");
    setCloseOnExec(fd, true);
    // A terminal's interrupt goes to the supervisor too, which ends the session in order.
    for (const int ignored : {SIGINT, SIGHUP, SIGPIPE})
        std::signal(ignored, SIG_IGN);
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
    ChannelThread(UniqueFd channel, UniqueFd terminate, DeviceLink &link)
        : link_(link), channel_(std::move(channel), std::move(terminate), link)
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

} // namespace

int serveDevice(UniqueFd channel, const DeviceProcessOptions &options)
{
    prepareProcess(channel.get());
    const auto config = DllConfig::read(options.sane_config_dir, options.excluded_backends);
    const auto refusal = config.refusal(options.device).value_or("");
    // Only the one backend: a listing for a device that isn't found at once need not wait for all others.
    SaneEnvironment environment(config.only(backendPart(config.resolve(options.device))), options.sane_config_dir);

    CancelSignal::install();
    DeviceLink link;
    ChannelThread thread(std::move(channel), watchTerminate(), link);
    {
        const SaneLibrary library;
        environment.removeFiles();
        DeviceWorker worker(link, library, options.device, refusal);
        worker.run();
    }
    return thread.finish();
}

int listDevices(UniqueFd channel, const DeviceProcessOptions &options)
{
    prepareProcess(channel.get());
    setNonBlocking(channel.get(), false);
    const auto config = DllConfig::read(options.sane_config_dir, options.excluded_backends);
    SaneEnvironment environment(config, options.sane_config_dir);
    const SaneLibrary library;
    environment.removeFiles();

    ByteBuffer messages;
    encodeInitReply(messages, {{library.status(), {}}, library.versionCode()});
    auto devices = library.devices();
    std::erase_if(devices.devices, [&](const DeviceEntry &entry) { return config.refusal(entry.name).has_value(); });
    encodeGetDevicesReply(messages, devices);
    sendAll(channel.get(), messages.data());
    return EXIT_SUCCESS;
}

} // namespace netsane
