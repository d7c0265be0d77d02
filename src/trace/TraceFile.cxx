#include "trace/TraceFile.hxx"

#include <fcntl.h>

namespace netsane {

UniqueFd createTraceFile(int folder_fd, const std::string &path) noexcept
{
    constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY;
    return UniqueFd(::openat(folder_fd, path.c_str(), flags, 0600));
}

} // namespace netsane
