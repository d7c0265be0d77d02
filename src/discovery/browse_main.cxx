// netsane-browse: finds the servers that announce themselves, for a program that has started it, and ends.
//
// A program of its own, so that D-Bus and what its library keeps stay out of other people's programs, and a bus that
// hangs ends with it.

#include "discovery/AvahiBrowser.hxx"
#include "os/Process.hxx"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <unistd.h>

namespace {

// Who has started it doesn't wait for so long.
constexpr unsigned longest_seconds = 5;

bool writeLine(const std::string &line) noexcept
{
    for (;;) {
        const ssize_t written = ::write(STDOUT_FILENO, line.data(), line.size());
        if (written >= 0 || errno != EINTR)
            return written == static_cast<ssize_t>(line.size());
    }
}

} // namespace

int main(int argc, char **argv)
{
    if (argc == 2 && std::strcmp(argv[1], "--version") == 0)
        return std::puts("netsane-browse " NETSANE_VERSION) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
    netsane::closeDescriptorsFrom(STDERR_FILENO + 1);
    ::signal(SIGPIPE, SIG_IGN);
    ::alarm(longest_seconds); // nothing that blocks is longer than this
    try {
        netsane::AvahiBrowser(writeLine).run();
        return EXIT_SUCCESS;
    } catch (const std::exception &error) {
        std::fprintf(stderr, "netsane-browse: %s\n", error.what());
        return EXIT_FAILURE;
    }
}
