// The functions that frontends call (sane/sane.h), each under two names: sane_x for a frontend that links the backend,
// sane_netsane_x for SANE's dll backend. Nothing else is exported. None throws.

#include "backend/Backend.hxx"

#include <array>
#include <cstddef>
#include <memory>
#include <new>

namespace {

using netsane::Backend;
using netsane::DeviceHandle;

// The Backend lives here and not in a static object: that would register a destructor with the C library.
alignas(Backend) constinit std::array<std::byte, sizeof(Backend)> storage{};
constinit Backend *backend = nullptr;

template<typename Body>
SANE_Status guarded(Body body) noexcept
{
    try {
        return body();
    } catch (const std::bad_alloc &) {
        return SANE_STATUS_NO_MEM;
    } catch (...) {
        return SANE_STATUS_IO_ERROR;
    }
}

DeviceHandle *find(SANE_Handle handle) noexcept
{
    return backend ? backend->find(handle) : nullptr;
}

void callExit() noexcept
{
    if (backend)
        std::destroy_at(backend);
    backend = nullptr;
}

SANE_Status callInit(SANE_Int *version_code, SANE_Auth_Callback authorize) noexcept
{
    callExit();
    if (version_code)
        *version_code = SANE_VERSION_CODE(SANE_CURRENT_MAJOR, SANE_CURRENT_MINOR, 1);
    return guarded([authorize] {
        backend = std::construct_at(reinterpret_cast<Backend *>(storage.data()), authorize);
        return SANE_STATUS_GOOD;
    });
}

SANE_Status callGetDevices(const SANE_Device ***list, SANE_Bool local_only) noexcept
{
    if (!backend || !list)
        return SANE_STATUS_INVAL;
    return guarded([list, local_only] {
        *list = backend->devices(local_only != SANE_FALSE);
        return SANE_STATUS_GOOD;
    });
}

SANE_Status callOpen(SANE_String_Const name, SANE_Handle *handle) noexcept
{
    if (!backend || !handle)
        return SANE_STATUS_INVAL;
    return guarded([name, handle] { return backend->open(name ? name : "", *handle); });
}

void callClose(SANE_Handle handle) noexcept
{
    if (backend)
        backend->close(handle);
}

const SANE_Option_Descriptor *callGetOptionDescriptor(SANE_Handle handle, SANE_Int option) noexcept
{
    auto *const device = find(handle);
    return device ? device->optionDescriptor(option) : nullptr;
}

SANE_Status callControlOption(SANE_Handle handle, SANE_Int option, SANE_Action action, void *value,
                              SANE_Int *info) noexcept
{
    auto *const device = find(handle);
    return device ? device->controlOption(option, action, value, info) : SANE_STATUS_INVAL;
}

SANE_Status callGetParameters(SANE_Handle handle, SANE_Parameters *parameters) noexcept
{
    auto *const device = find(handle);
    return device ? device->getParameters(parameters) : SANE_STATUS_INVAL;
}

SANE_Status callStart(SANE_Handle handle) noexcept
{
    auto *const device = find(handle);
    return device ? device->start() : SANE_STATUS_INVAL;
}

SANE_Status callRead(SANE_Handle handle, SANE_Byte *data, SANE_Int max_length, SANE_Int *length) noexcept
{
    auto *const device = find(handle);
    return device ? device->read(data, max_length, length) : SANE_STATUS_INVAL;
}

// No look into the list of handles: a signal handler may have interrupted sane_open.
void callCancel(SANE_Handle handle) noexcept
{
    if (handle)
        static_cast<DeviceHandle *>(handle)->cancel();
}

SANE_Status callSetIoMode(SANE_Handle handle, SANE_Bool non_blocking) noexcept
{
    auto *const device = find(handle);
    return device ? device->setIoMode(non_blocking != SANE_FALSE) : SANE_STATUS_INVAL;
}

SANE_Status callGetSelectFd(SANE_Handle handle, SANE_Int *fd) noexcept
{
    auto *const device = find(handle);
    return device ? device->getSelectFd(fd) : SANE_STATUS_INVAL;
}

SANE_String_Const statusText(SANE_Status status) noexcept
{
    switch (status) {
    case SANE_STATUS_GOOD:
        return "Success";
    case SANE_STATUS_UNSUPPORTED:
        return "Operation not supported";
    case SANE_STATUS_CANCELLED:
        return "Operation was cancelled";
    case SANE_STATUS_DEVICE_BUSY:
        return "Device busy";
    case SANE_STATUS_INVAL:
        return "Invalid argument";
    case SANE_STATUS_EOF:
        return "End of file reached";
    case SANE_STATUS_JAMMED:
        return "Document feeder jammed";
    case SANE_STATUS_NO_DOCS:
        return "Document feeder out of documents";
    case SANE_STATUS_COVER_OPEN:
        return "Scanner cover is open";
    case SANE_STATUS_IO_ERROR:
        return "Error during device I/O";
    case SANE_STATUS_NO_MEM:
        return "Out of memory";
    case SANE_STATUS_ACCESS_DENIED:
        return "Access to resource has been denied";
    }
    return "Unknown SANE status code";
}

} // namespace

#define EXPORT extern "C" __attribute__((visibility("default")))

// clang-format off
#define EXPORT_BOTH(result, name, parameters, call)                                                                    \
    EXPORT result sane_netsane_##name parameters { return call; }                                                      \
    EXPORT result sane_##name parameters { return call; }

EXPORT_BOTH(SANE_Status, init, (SANE_Int *version_code, SANE_Auth_Callback authorize), callInit(version_code, authorize))
EXPORT_BOTH(void, exit, (), callExit())
EXPORT_BOTH(SANE_Status, get_devices, (const SANE_Device ***list, SANE_Bool local_only), callGetDevices(list, local_only))
EXPORT_BOTH(SANE_Status, open, (SANE_String_Const name, SANE_Handle *handle), callOpen(name, handle))
EXPORT_BOTH(void, close, (SANE_Handle handle), callClose(handle))
EXPORT_BOTH(const SANE_Option_Descriptor *, get_option_descriptor, (SANE_Handle handle, SANE_Int option), callGetOptionDescriptor(handle, option))
EXPORT_BOTH(SANE_Status, control_option, (SANE_Handle handle, SANE_Int option, SANE_Action action, void *value, SANE_Int *info), callControlOption(handle, option, action, value, info))
EXPORT_BOTH(SANE_Status, get_parameters, (SANE_Handle handle, SANE_Parameters *parameters), callGetParameters(handle, parameters))
EXPORT_BOTH(SANE_Status, start, (SANE_Handle handle), callStart(handle))
EXPORT_BOTH(SANE_Status, read, (SANE_Handle handle, SANE_Byte *data, SANE_Int max_length, SANE_Int *length), callRead(handle, data, max_length, length))
EXPORT_BOTH(void, cancel, (SANE_Handle handle), callCancel(handle))
EXPORT_BOTH(SANE_Status, set_io_mode, (SANE_Handle handle, SANE_Bool non_blocking), callSetIoMode(handle, non_blocking))
EXPORT_BOTH(SANE_Status, get_select_fd, (SANE_Handle handle, SANE_Int *fd), callGetSelectFd(handle, fd))
EXPORT_BOTH(SANE_String_Const, strstatus, (SANE_Status status), statusText(status))
// clang-format on
