#include "device/SaneHandle.hxx"

#include "device/SaneLibrary.hxx"

#include <algorithm>
#include <array>
#include <limits>
#include <pwd.h>
#include <unistd.h>
#include <utility>

namespace netsane {

namespace {

std::string userName()
{
    passwd entry;
    passwd *found = nullptr;
    std::array<char, 4096> buffer;
    if (::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found)
        return found->pw_name;
    return "uid " + std::to_string(::geteuid());
}

std::string openReason(Status status, const std::string &device)
{
    switch (status) {
    case Status::access_denied:
        return "the service's user (" + userName() + ") may not open " + device +
               "; the permissions of its device node or the groups of the user have to allow it";
    case Status::invalid:
        return "no device " + device + " on this server";
    case Status::device_busy:
        return device + " is in use by another program on the server's host";
    case Status::io_error:
        return "the backend can't talk to " + device + "; is it switched on and connected?";
    default:
        return {};
    }
}

} // namespace

Outcome SaneHandle::open(const SaneLibrary &library, const std::string &device)
{
    SANE_Handle handle = nullptr;
    auto status = fromSane(sane_open(device.c_str(), &handle));
    if (status == Status::invalid) {
        library.devices();
        status = fromSane(sane_open(device.c_str(), &handle));
    }
    if (status == Status::good && !handle)
        status = Status::io_error;
    if (status != Status::good)
        return {status, openReason(status, device)};
    handle_ = handle;
    return {};
}

void SaneHandle::close() noexcept
{
    if (const auto handle = std::exchange(handle_, nullptr))
        sane_close(handle);
}

Status SaneHandle::start() noexcept
{
    return fromSane(sane_start(handle_));
}

void SaneHandle::cancel() noexcept
{
    sane_cancel(handle_);
}

Status SaneHandle::read(std::span<std::byte> room, std::size_t &length) noexcept
{
    constexpr std::size_t max_int = std::numeric_limits<SANE_Int>::max();
    const auto max_length = static_cast<SANE_Int>(std::min(room.size(), max_int));
    SANE_Int read_length = 0;
    length = 0;
    const auto status =
        fromSane(sane_read(handle_, reinterpret_cast<SANE_Byte *>(room.data()), max_length, &read_length));
    if (status != Status::good)
        return status;
    if (read_length < 0 || read_length > max_length)
        return Status::io_error;
    length = static_cast<std::size_t>(read_length);
    return status;
}

std::optional<Parameters> SaneHandle::parameters(Status &status) noexcept
{
    SANE_Parameters parameters{};
    status = fromSane(sane_get_parameters(handle_, &parameters));
    if (status != Status::good)
        return std::nullopt;
    return Parameters{numberOf(parameters.format),
                      parameters.last_frame != SANE_FALSE,
                      parameters.bytes_per_line,
                      parameters.pixels_per_line,
                      parameters.lines,
                      parameters.depth};
}

} // namespace netsane
