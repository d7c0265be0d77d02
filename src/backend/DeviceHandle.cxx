#include "backend/DeviceHandle.hxx"

#include "wire/ProtocolError.hxx"

#include <cerrno>
#include <exception>
#include <new>
#include <utility>

namespace netsane {

DeviceHandle::DeviceHandle(std::unique_ptr<ClientConnection> connection, HandleBytes handle, DebugSink debug)
    : debug_(std::move(debug)),
      link_(std::move(connection), std::move(handle), cancel_),
      known_(link_),
      options_(link_, known_, debug_),
      frame_(link_, cancel_, known_, debug_)
{
}

DeviceHandle::~DeviceHandle()
{
    cancel_.enter();
    if (!link_.isLost())
        link_.close();
}

void DeviceHandle::debug(int level, const std::string &text) const noexcept
{
    try {
        if (debug_)
            debug_(level, text);
    } catch (...) {
    }
}

// One place for all that can go wrong: SANE knows statuses only.
template<typename Body>
SANE_Status DeviceHandle::call(const char *name, Body body, After after) noexcept
{
    cancel_.enter();
    SANE_Status status = SANE_STATUS_IO_ERROR;
    try {
        frame_.prepareForRequest();
        if (!link_.isLost())
            status = body();
    } catch (const ProtocolError &error) {
        link_.session().fail(error.what());
        debug(1, std::string(name) + ": the server broke the protocol: " + error.what());
    } catch (const ConnectionLost &error) {
        debug(1, std::string(name) + ": " + error.what());
        if (link_.session().failure() && link_.session().failure()->status == Status::access_denied)
            status = SANE_STATUS_ACCESS_DENIED;
    } catch (const std::bad_alloc &) {
        link_.session().fail("out of memory");
        status = SANE_STATUS_NO_MEM;
    } catch (const std::exception &error) {
        debug(1, std::string(name) + ": " + error.what());
    }
    // A cancel that the server didn't answer, or that came when it was gone already, is one all the same.
    if (after == After::cancel && link_.isLost() && frame_.isCancelled())
        status = SANE_STATUS_CANCELLED;
    finish();
    return status;
}

void DeviceHandle::finish() noexcept
{
    frame_.updateReady();
    while (cancel_.leave()) {
        frame_.cancel();
        frame_.updateReady();
    }
}

SANE_Status DeviceHandle::loadOptions(OpenReply reply) noexcept
{
    return call("sane_open", [&] {
        options_.load(std::move(reply));
        return SANE_STATUS_GOOD;
    });
}

SANE_Status DeviceHandle::controlOption(SANE_Int option, SANE_Action action, void *value, SANE_Int *info) noexcept
{
    return call("sane_control_option", [&] {
        if (frame_.isRunning() && action != SANE_ACTION_GET_VALUE)
            return SANE_STATUS_INVAL;
        const auto source = frame_.isRunning() ? DeviceOptions::Source::server : DeviceOptions::Source::known;
        const auto status = options_.control(option, action, value, info, source);
        if (action != SANE_ACTION_GET_VALUE && status == SANE_STATUS_GOOD)
            frame_.forgetParameters();
        return status;
    });
}

SANE_Status DeviceHandle::getParameters(SANE_Parameters *parameters) noexcept
{
    return call("sane_get_parameters", [&] { return frame_.parameters(parameters); });
}

SANE_Status DeviceHandle::start() noexcept
{
    return call("sane_start", [&] { return frame_.start(); });
}

SANE_Status DeviceHandle::read(SANE_Byte *data, SANE_Int max_length, SANE_Int *length) noexcept
{
    if (!length)
        return SANE_STATUS_INVAL;
    *length = 0;
    if (!data || max_length < 1)
        return SANE_STATUS_INVAL;
    const auto body = [&] {
        std::size_t count = 0;
        const auto status =
            frame_.read(std::as_writable_bytes(std::span(data, static_cast<std::size_t>(max_length))), count);
        *length = status == SANE_STATUS_GOOD ? static_cast<SANE_Int>(count) : 0;
        return status;
    };
    return call("sane_read", body, After::cancel);
}

SANE_Status DeviceHandle::setIoMode(bool non_blocking) noexcept
{
    return call("sane_set_io_mode", [&] { return frame_.setNonBlocking(non_blocking); });
}

SANE_Status DeviceHandle::getSelectFd(SANE_Int *fd) noexcept
{
    return call("sane_get_select_fd", [&] { return fd ? frame_.selectFd(*fd) : SANE_STATUS_INVAL; });
}

void DeviceHandle::cancel() noexcept
{
    const int saved = errno;
    if (cancel_.request()) {
        frame_.cancel();
        finish();
    }
    errno = saved;
}

} // namespace netsane
