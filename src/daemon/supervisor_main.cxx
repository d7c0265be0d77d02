// netsaned: command line, configuration, background; then the Supervisor.

#include "config/ServerConfig.hxx"
#include "daemon/Log.hxx"
#include "daemon/ProgramPaths.hxx"
#include "daemon/ServiceNotifier.hxx"
#include "daemon/ServiceSockets.hxx"
#include "daemon/Supervisor.hxx"
#include "event/EventLoop.hxx"
#include "os/Error.hxx"
#include "os/LoaderEnvironment.hxx"
#include "os/Process.hxx"

#include <CLI/CLI.hpp>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace {

using namespace netsane;

constexpr int wrong_command_line = 2;

struct Options {
    std::string config_file;
    std::string ports_file;
    bool foreground = false;
    bool check = false;
    bool verbose = false;
};

// Forks; the parent waits until the child says that it is ready, and exits with 0 or 1. Returns the descriptor to say
// it on, in the child.
UniqueFd goIntoBackground()
{
    int fds[2];
    if (::pipe2(fds, O_CLOEXEC) != 0)
        throwErrno("make a pipe");
    UniqueFd read_end(fds[0]);
    UniqueFd write_end(fds[1]);
    const pid_t pid = ::fork();
    if (pid < 0)
        throwErrno("fork");
    if (pid != 0) {
        write_end.reset();
        char ready = 0;
        const bool good = ::read(read_end.get(), &ready, 1) == 1;
        ::_exit(good ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    ::setsid();
    return write_end;
}

// Once ready: the terminal is let go of.
void leaveTerminal()
{
    const UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!null || ::dup2(null.get(), 0) < 0 || ::dup2(null.get(), 1) < 0 || ::dup2(null.get(), 2) < 0)
        throwErrno("open /dev/null");
}

int runDaemon(const Options &options, const ProgramPaths &paths)
{
    const ServerConfig config = readServerConfig(options.config_file);
    auto sockets = takeServiceSockets(); // before the fork: they are for the process that was started
    // only then: the other descriptors are closed there
    ServiceNotifier notifier = ServiceNotifier::fromEnvironment();
    if (options.check)
        notifier = {}; // it never serves
    const bool background = !options.foreground && !options.check;
    UniqueFd ready_pipe;
    if (background) {
        ready_pipe = goIntoBackground();
        if (::chdir("/") != 0)
            throwErrno("change to /");
    }
    const LogTarget target = background ? LogTarget::syslog : LogTarget::standard_error;
    openLog("netsaned", target, options.verbose);

    SupervisorOptions supervisor_options;
    supervisor_options.config_file = options.config_file;
    supervisor_options.ports_file = options.ports_file;
    supervisor_options.check_only = options.check;
    supervisor_options.quiet_children = target == LogTarget::syslog;
    supervisor_options.max_descriptors = raiseDescriptorLimit(Supervisor::descriptorsFor(config));
    supervisor_options.child_arguments = {"--log", std::string(logTargetName(target))};
    if (options.verbose)
        supervisor_options.child_arguments.push_back("--verbose");
    supervisor_options.on_ready = [&ready_pipe] {
        if (!ready_pipe)
            return;
        leaveTerminal();
        if (::write(ready_pipe.get(), "1", 1) != 1)
            throwErrno("tell the parent process");
        ready_pipe.reset();
    };
    EventLoop loop;
    Supervisor supervisor(loop, config, paths, supervisor_options, std::move(sockets), std::move(notifier));
    supervisor.run();
    if (options.check)
        std::printf("%s is good, and the plugins it names can be loaded\n", options.config_file.c_str());
    return EXIT_SUCCESS;
}

} // namespace

int main(int argc, char **argv)
{
    netsane::clearLoaderEnvironment();
    ::signal(SIGPIPE, SIG_IGN);
    try {
        const netsane::ProgramPaths paths = netsane::findProgramPaths();
        Options options;
        options.config_file = paths.config_file;
        CLI::App app("Shares this host's scanners over the network with the NETSANE protocol.", "netsaned");
        app.add_option("--config", options.config_file, "the configuration file")->capture_default_str();
        app.add_flag("--foreground", options.foreground, "stay in the foreground, log to standard error");
        app.add_flag("--check", options.check, "check configuration and plugins, then exit");
        app.add_flag("--verbose", options.verbose, "log more");
        app.add_option("--ports-file", options.ports_file,
                       "write the addresses listened at to this file, one a line, when ready to serve");
        app.set_version_flag("--version", "netsaned " NETSANE_VERSION);
        try {
            app.parse(argc, argv);
        } catch (const CLI::ParseError &error) {
            // CLI11 has a number for each kind of error; nobody needs to tell them apart.
            return app.exit(error) == EXIT_SUCCESS ? EXIT_SUCCESS : wrong_command_line;
        }
        options.config_file = std::filesystem::absolute(options.config_file);
        if (!options.ports_file.empty())
            options.ports_file = std::filesystem::absolute(options.ports_file);
        return runDaemon(options, paths);
    } catch (const std::exception &error) {
        std::fprintf(stderr, "netsaned: %s\n", error.what());
        return EXIT_FAILURE;
    }
}
