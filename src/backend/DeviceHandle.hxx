// What stands behind a SANE_Handle: a device open on a server.
//
// Owned by the Backend. Its functions are the sane_ calls of the same name: they block unless it is said otherwise, and
// none throws. One call at a time; cancel() alone may come from anywhere at any time. A connection that is lost makes
// every later call SANE_STATUS_IO_ERROR, but a read() behind a cancel SANE_STATUS_CANCELLED.
#pragma once

#include "backend/CancelSwitch.hxx"
#include "backend/DeviceFrame.hxx"
#include "backend/DeviceLink.hxx"
#include "backend/DeviceOptions.hxx"
#include "backend/KnownState.hxx"
#include "client/DebugLog.hxx"

#include <memory>
#include <sane/sane.h>

namespace netsane {

class DeviceHandle {
public:
    // Throws std::system_error.
    DeviceHandle(std::unique_ptr<ClientConnection> connection, HandleBytes handle, DebugSink debug);
    // CLOS and QUIT; waits for nothing.
    ~DeviceHandle();
    DeviceHandle(const DeviceHandle &) = delete;
    DeviceHandle &operator=(const DeviceHandle &) = delete;

    // Once, before anything else. If it isn't GOOD the handle is of no use.
    SANE_Status loadOptions(OpenReply reply) noexcept;

    const SANE_Option_Descriptor *optionDescriptor(SANE_Int option) noexcept { return options_.descriptor(option); }
    SANE_Status controlOption(SANE_Int option, SANE_Action action, void *value, SANE_Int *info) noexcept;
    SANE_Status getParameters(SANE_Parameters *parameters) noexcept;
    SANE_Status start() noexcept;
    SANE_Status read(SANE_Byte *data, SANE_Int max_length, SANE_Int *length) noexcept;
    SANE_Status setIoMode(bool non_blocking) noexcept;
    SANE_Status getSelectFd(SANE_Int *fd) noexcept;

    // Async-signal-safe while another call of this handle is in progress; that one then does the work.
    void cancel() noexcept;

private:
    enum class After { anything, cancel }; // what the status on a lost connection depends on

    template<typename Body>
    SANE_Status call(const char *name, Body body, After after = After::anything) noexcept;
    void finish() noexcept;
    void debug(int level, const std::string &text) const noexcept;

    const DebugSink debug_;
    CancelSwitch cancel_;
    DeviceLink link_;
    KnownState known_;
    DeviceOptions options_;
    DeviceFrame frame_;
};

} // namespace netsane
