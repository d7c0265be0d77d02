#include "daemon/ChildMain.hxx"

#include "daemon/ChildProcess.hxx"
#include "daemon/Log.hxx"
#include "os/LoaderEnvironment.hxx"
#include "os/Process.hxx"
#include "os/Socket.hxx"

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <sys/socket.h>

namespace netsane {

namespace {

bool isPacketSocket(int fd) noexcept
{
    int type = 0;
    socklen_t size = sizeof type;
    return ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

int parseAndRun(const char *program, int argc, char **argv,
                const std::function<int(UniqueFd, const ChildOptions &)> &run)
{
    std::string log = "stderr";
    bool verbose = false;
    ChildOptions options;
    CLI::App app("Part of netsaned, which starts it; not to be started by hand.", program);
    app.add_option("--log", log, "stderr or syslog")->check(CLI::IsMember({"stderr", "syslog"}));
    app.add_flag("--verbose", verbose, "log more");
    app.add_flag("--sandbox", options.sandbox, "give up what this process doesn't need");
    app.set_version_flag("--version", std::string(program) + " " NETSANE_VERSION);
    CLI11_PARSE(app, argc, argv);

    if (!isPacketSocket(child_channel_fd)) {
        std::fprintf(stderr, "%s: started by hand; start netsaned instead\n", program);
        return EXIT_FAILURE;
    }
    UniqueFd channel(child_channel_fd);
    setCloseOnExec(channel.get(), true);
    if (log == "syslog")
        options.log = LogTarget::syslog;
    openLog(program, options.log, verbose);
    return run(std::move(channel), options);
}

} // namespace

int runChildMain(const char *program, int argc, char **argv,
                 const std::function<int(UniqueFd, const ChildOptions &)> &run) noexcept
{
    denyInspection();
    clearLoaderEnvironment();
    ::signal(SIGPIPE, SIG_IGN);
    // A terminal's Ctrl-C reaches the whole group; the supervisor ends its children itself.
    ::signal(SIGINT, SIG_IGN);
    ::signal(SIGHUP, SIG_IGN);
    try {
        return parseAndRun(program, argc, argv, run);
    } catch (const std::exception &error) {
        std::fprintf(stderr, "%s: %s\n", program, error.what());
        return EXIT_FAILURE;
    }
}

} // namespace netsane
