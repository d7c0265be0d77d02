// netsaned-device: waits to be told which scanner to serve, or lists those there are, on a socket that the supervisor
// hands over.
#include "device/DeviceProcess.hxx"
#include "device/DllConfig.hxx"
#include "os/Process.hxx"
#include "os/Socket.hxx"
#include "sandbox/Sandbox.hxx"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <fcntl.h>
#include <span>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace {

// Backends write to standard output and read from standard input as they like.
bool redirectStandardStreams()
{
    netsane::UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!null || ::dup2(null.get(), STDIN_FILENO) < 0)
        return false;
    if (::fcntl(STDERR_FILENO, F_GETFD) < 0 && ::dup2(null.get(), STDERR_FILENO) < 0)
        return false;
    const bool is_done = ::dup2(STDERR_FILENO, STDOUT_FILENO) >= 0;
    // Where a standard stream was closed, /dev/null has taken its place.
    if (null.get() <= STDERR_FILENO)
        static_cast<void>(null.release());
    return is_done;
}

// Of --tell-backends: in dll.conf, dll.d and not excluded, with blanks between and a line end behind.
std::string backendNames(const netsane::DeviceProcessOptions &options)
{
    const auto config = netsane::DllConfig::read(options.sane_config_dir, options.excluded_backends);
    std::string text;
    for (const auto &name : config.backends())
        text += (text.empty() ? "" : " ") + name;
    return text + "\n";
}

int tell(int channel, const std::string &text)
{
    return netsane::sendPacket(channel, std::as_bytes(std::span(text)), {}) ? 0 : 1;
}

bool isSocket(int fd)
{
    struct stat status;
    return ::fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode);
}

} // namespace

int main(int argc, char **argv)
{
    netsane::denyInspection();
    CLI::App app("Serves one scanner for netsaned, which starts this program; not for use by hand.", "netsaned-device");
    int fd = -1;
    bool is_listing = false;
    bool is_waiting = false;
    bool is_telling = false;
    bool is_telling_backends = false;
    bool is_confined = false;
    netsane::DeviceProcessOptions options;
    options.sane_config_dir = "/etc/sane.d";
    options.excluded_backends = {"netsane", "net"};
    app.add_option("--fd", fd, "Descriptor of the socket to serve on, 3 or more")->required();
    auto *const what = app.add_option_group("what")->require_option(1);
    what->add_option("--device", options.device, "Serve this device");
    what->add_flag("--wait", is_waiting, "Serve the device that the socket will name");
    what->add_flag("--list", is_listing, "List the devices and exit");
    what->add_flag("--tell-sandbox", is_telling, "Say what holds this process in its place, and exit");
    what->add_flag("--tell-backends", is_telling_backends, "Say which backends SANE would load, and exit");
    app.add_flag("--sandbox", is_confined, "Change files only where drivers do");
    app.add_option("--sane-config-dir", options.sane_config_dir, "Where dll.conf is; directories separated by colons");
    app.add_option("--exclude", options.excluded_backends, "Backends that are not loaded, separated by commas")
        ->delimiter(',');
    app.add_option("--call-timeout", options.timeouts.call, "Seconds that opening and options may take");
    app.add_option("--close-timeout", options.timeouts.close, "Seconds that cancelling and closing may take");
    CLI11_PARSE(app, argc, argv);

    if (fd <= STDERR_FILENO || !isSocket(fd)) {
        std::fputs("netsaned-device: --fd must be a socket from 3 up\n", stderr);
        return 2;
    }
    try {
        netsane::UniqueFd channel(fd);
        if (!redirectStandardStreams()) {
            std::perror("netsaned-device: standard streams");
            return 1;
        }
        const int landlock_version = is_confined ? netsane::confineDevice() : 0;
        if (is_telling)
            return tell(channel.get(),
                        is_confined ? netsane::describeDevice(landlock_version) : netsane::describeUnconfined());
        if (is_telling_backends)
            return tell(channel.get(), backendNames(options));
        if (is_listing)
            return netsane::listDevices(std::move(channel), options);
        return is_waiting ? netsane::serveWhenAssigned(std::move(channel), options)
                          : netsane::serveDevice(std::move(channel), options);
    } catch (const std::exception &error) {
        std::fprintf(stderr, "netsaned-device: %s\n", error.what());
        return 1;
    }
}
