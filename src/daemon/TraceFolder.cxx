#include "daemon/TraceFolder.hxx"

#include "daemon/Log.hxx"
#include "os/Error.hxx"
#include "plugin/PluginError.hxx"
#include "plugin/TrustedFile.hxx"
#include "trace/TraceFile.hxx"
#include "trace/TraceFormat.hxx"

#include <array>
#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <utility>

namespace netsane {

namespace {

// "20260131T235959Z": sorts by time.
std::string nowText()
{
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &parts);
    return text.data();
}

} // namespace

TraceFolder::TraceFolder(const ServerConfig &config, Missing missing)
    : path_(config.trace), limit_mb_(config.trace_limit), max_files_(config.trace_files)
{
    if (path_.empty())
        return;
    const std::string key = "trace = \"" + path_ + "\": ";
    if (missing == Missing::make && ::mkdir(path_.c_str(), 0700) != 0 && errno != EEXIST)
        throw ConfigError(key + "can't make the folder: " + errnoText(errno));
    struct stat status {};
    if (missing == Missing::allow && ::stat(path_.c_str(), &status) != 0 && errno == ENOENT)
        return;
    try {
        fd_.reset(::open(trustedFolder(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    } catch (const PluginError &error) {
        throw ConfigError(key + error.what());
    }
    if (!fd_)
        throw ConfigError(key + "can't be opened: " + errnoText(errno));
}

std::size_t TraceFolder::countFiles() const
{
    std::size_t count = 0;
    for (const auto &entry : std::filesystem::directory_iterator("/proc/self/fd/" + std::to_string(fd_.get())))
        count += entry.path().extension() == trace_suffix ? 1 : 0;
    return count;
}

UniqueFd TraceFolder::create(ConnectionId connection)
{
    if (!fd_)
        return {};
    try {
        if (countFiles() >= max_files_) {
            tell("it has " + std::to_string(max_files_) + " recordings, as many as trace_files allows; remove some");
            return {};
        }
        const std::string name = nowText() + "-" + std::to_string(connection) + std::string(trace_suffix);
        UniqueFd file = createTraceFile(fd_.get(), name);
        if (file)
            told_ = false;
        else
            tell(name + ": " + errnoText(errno));
        return file;
    } catch (const std::filesystem::filesystem_error &error) {
        tell(error.code().message());
    }
    return {};
}

void TraceFolder::tell(const std::string &problem)
{
    if (!std::exchange(told_, true))
        logWarning("connections are served and not recorded in " + path_ + " (trace): " + problem);
}

} // namespace netsane
