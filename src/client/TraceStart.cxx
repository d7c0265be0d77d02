#include "client/TraceStart.hxx"

#include "os/Error.hxx"
#include "trace/TraceFile.hxx"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <string_view>
#include <sys/resource.h>
#include <unistd.h>
#include <utility>

namespace netsane {

namespace {

constexpr std::uint64_t max_trace_bytes = std::uint64_t{64} << 20;
constexpr std::uint64_t least_trace_bytes = 4096; // less holds nothing that is of use
constexpr unsigned max_files = 100;               // of one name

// "%p" is the process's number.
std::string expanded(std::string_view wanted)
{
    std::string path(wanted);
    const std::string number = std::to_string(::getpid());
    for (auto at = path.find("%p"); at != path.npos; at = path.find("%p", at + number.size()))
        path.replace(at, 2, number);
    return path;
}

// A program has a connection for each server, and may have one after the other: FILE, FILE.2, FILE.3 ...
UniqueFd createNext(const std::string &path)
{
    UniqueFd file = createTraceFile(AT_FDCWD, path);
    for (unsigned number = 2; !file && errno == EEXIST && number <= max_files; ++number)
        file = createTraceFile(AT_FDCWD, path + "." + std::to_string(number));
    return file;
}

// More would end the program by SIGXFSZ.
std::uint64_t largestFile() noexcept
{
    rlimit limit{};
    const bool known = ::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
    return known ? std::min<std::uint64_t>(limit.rlim_cur, max_trace_bytes) : max_trace_bytes;
}

} // namespace

std::unique_ptr<TraceRecorder> startTrace(const std::string &program, const std::string &server, const DebugSink &debug)
{
    const char *const wanted = ::secure_getenv("NETSANE_TRACE");
    if (!wanted || *wanted == '\0')
        return nullptr;
    const std::string path = expanded(wanted);
    const auto largest = largestFile();
    UniqueFd file;
    std::string reason = "files may have only " + std::to_string(largest) + " bytes here (ulimit -f)";
    if (largest >= least_trace_bytes) {
        file = createNext(path);
        reason = errnoText(errno);
    }
    if (!file) {
        if (debug)
            debug(0, "NETSANE_TRACE: the session with " + server + " isn't recorded: " + path + ": " + reason);
        return nullptr;
    }
    return std::make_unique<TraceRecorder>(
        std::move(file), largest, TraceHeader{trace_version, Speaker::client, {}, program, server},
        [server, debug](const std::string &failure) {
            if (debug)
                debug(0, "NETSANE_TRACE: the session with " + server + " is no longer recorded: " + failure);
        });
}

} // namespace netsane
