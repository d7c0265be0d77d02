// An open SANE device; closes it.
//
// Lives on the main thread of the device process, the only one that calls libsane; cancel() may besides be called by
// that thread's signal handler. All calls block as long as the backend likes.
#pragma once

#include "protocol/DeviceMessages.hxx"

#include <cstddef>
#include <optional>
#include <sane/sane.h>
#include <span>
#include <string>

namespace netsane {

class SaneLibrary;

class SaneHandle {
public:
    SaneHandle() = default;
    ~SaneHandle() { close(); }
    SaneHandle(const SaneHandle &) = delete;
    SaneHandle &operator=(const SaneHandle &) = delete;

    // sane_open. Lists the devices and tries again after INVAL: some backends find their devices only then. A status
    // that isn't good comes with the reason for people. Must not be open.
    Outcome open(const SaneLibrary &library, const std::string &device);

    void close() noexcept;

    bool isOpen() const noexcept { return handle_ != nullptr; }
    SANE_Handle get() const noexcept { return handle_; }

    Status start() noexcept;
    void cancel() noexcept;

    // Reads into room, sets length to the bytes read (0 unless the status is good). A length that can't be is io_error.
    Status read(std::span<std::byte> room, std::size_t &length) noexcept;

    // Nothing when the backend refuses; its status goes to `status`.
    std::optional<Parameters> parameters(Status &status) noexcept;

private:
    SANE_Handle handle_ = nullptr;
};

} // namespace netsane
