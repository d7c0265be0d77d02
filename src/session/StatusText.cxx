#include "session/StatusText.hxx"

#include <array>

namespace netsane {

namespace {

constexpr std::array<const char *, 12> texts{
    "Success",
    "Operation not supported",
    "Operation was canceled",
    "Device busy",
    "Invalid argument",
    "End of file reached",
    "Document feeder jammed",
    "Document feeder out of documents",
    "Scanner cover is open",
    "Error during device I/O",
    "Out of memory",
    "Access to resource has been denied",
};

} // namespace

std::string statusText(std::uint32_t status)
{
    if (status < texts.size())
        return texts[status];
    return "Unknown SANE status code " + std::to_string(static_cast<std::int32_t>(status));
}

} // namespace netsane
