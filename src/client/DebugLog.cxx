#include "client/DebugLog.hxx"

#include <cstdlib>
#include <unistd.h>

namespace netsane {

void debugToStandardError(int level, const std::string &text) noexcept
{
    const char *const wanted = std::getenv("SANE_DEBUG_NETSANE");
    if (!wanted || *wanted == '\0' || std::atoi(wanted) < level)
        return;
    try {
        const std::string line = "[netsane] " + text + "\n";
        // A frontend whose standard error is gone has no use for the result.
        [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
    } catch (...) {
    }
}

} // namespace netsane
