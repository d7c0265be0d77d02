#include "backend/Backend.hxx"
#include "tool/ToolCommand.hxx"
#include "tool/scanner/LoginPrompt.hxx"
#include "tool/scanner/Scanner.hxx"

#include <string_view>
#include <utility>

namespace netsane {

namespace {

constexpr std::string_view own_prefix = "netsane:";

[[noreturn]] void refuse(const std::string &device, SANE_Status status, const std::string &reason)
{
    if (status == SANE_STATUS_INVAL)
        throw ToolError(ExitCode::absent, device + ": there is no such device" +
                                              (reason.empty() ? "" : " (" + reason + ")") +
                                              "; \"netsane list\" and \"scanimage -L\" show those that there are");
    throw ToolError(ExitCode::failed, device + " can't be opened: " + failureText(status, reason));
}

class LibsaneScanner : public Scanner {
public:
    explicit LibsaneScanner(const std::string &device)
    {
        if (const auto status = ::sane_init(nullptr, askLogin); status != SANE_STATUS_GOOD)
            throw ToolError(ExitCode::failed, "SANE can't be used: " + failureText(status, {}));
        if (const auto status = ::sane_open(device.c_str(), &handle_); status != SANE_STATUS_GOOD) {
            ::sane_exit();
            refuse(device, status, {});
        }
    }
    ~LibsaneScanner() override
    {
        ::sane_close(handle_);
        ::sane_exit();
    }

    const SANE_Option_Descriptor *descriptor(SANE_Int option) override
    {
        return ::sane_get_option_descriptor(handle_, option);
    }
    SANE_Status control(SANE_Int option, SANE_Action action, void *value, SANE_Int *info) override
    {
        return ::sane_control_option(handle_, option, action, value, info);
    }
    SANE_Status parameters(SANE_Parameters &parameters) override { return ::sane_get_parameters(handle_, &parameters); }
    SANE_Status start() override { return ::sane_start(handle_); }
    SANE_Status read(std::span<SANE_Byte> space, SANE_Int &length) override
    {
        return ::sane_read(handle_, space.data(), static_cast<SANE_Int>(space.size()), &length);
    }
    void cancel() noexcept override { ::sane_cancel(handle_); }

private:
    SANE_Handle handle_ = nullptr;
};

// The backend of this project without libsane around it, so that its reasons can be shown.
class NetsaneScanner : public Scanner {
public:
    NetsaneScanner(const std::string &device, const std::string &command)
        : command_(command), backend_(askLogin, [this](int level, const std::string &text) { note(level, text); })
    {
        SANE_Handle handle = nullptr;
        const auto status = backend_.open(std::string_view(device).substr(own_prefix.size()), handle);
        if (status != SANE_STATUS_GOOD)
            refuse(device, status, reason_);
        handle_ = backend_.find(handle);
    }

    const SANE_Option_Descriptor *descriptor(SANE_Int option) override { return handle_->optionDescriptor(option); }
    SANE_Status control(SANE_Int option, SANE_Action action, void *value, SANE_Int *info) override
    {
        reason_.clear();
        return handle_->controlOption(option, action, value, info);
    }
    SANE_Status parameters(SANE_Parameters &parameters) override
    {
        reason_.clear();
        return handle_->getParameters(&parameters);
    }
    SANE_Status start() override
    {
        reason_.clear();
        return handle_->start();
    }
    SANE_Status read(std::span<SANE_Byte> space, SANE_Int &length) override
    {
        return handle_->read(space.data(), static_cast<SANE_Int>(space.size()), &length);
    }
    void cancel() noexcept override { handle_->cancel(); }
    std::string reason() const override { return reason_; }

private:
    void note(int level, const std::string &text)
    {
        debugToStandardError(level, text);
        if (level == 0)
            sayAs(command_, text);
        else if (level == 1)
            reason_ = text;
    }

    const std::string command_;
    std::string reason_; // before the backend, which writes to it until its end
    Backend backend_;
    DeviceHandle *handle_ = nullptr; // the backend's
};

const char *adviceFor(SANE_Status status) noexcept
{
    switch (status) {
    case SANE_STATUS_DEVICE_BUSY:
        return "; another program uses it, try again when that is done";
    case SANE_STATUS_JAMMED:
        return "; take the paper out and start again";
    case SANE_STATUS_NO_DOCS:
        return "; put paper into the feeder";
    case SANE_STATUS_COVER_OPEN:
        return "; close it and start again";
    case SANE_STATUS_ACCESS_DENIED:
        return "; user and password were refused, or this device isn't for that user";
    default:
        return "";
    }
}

} // namespace

std::string failureText(SANE_Status status, const std::string &reason)
{
    return ::sane_strstatus(status) + (reason.empty() ? "" : " (" + reason + ")") + adviceFor(status);
}

std::unique_ptr<Scanner> openScanner(const std::string &device, const std::string &command)
{
    if (device.starts_with(own_prefix))
        return std::make_unique<NetsaneScanner>(device, command);
    return std::make_unique<LibsaneScanner>(device);
}

} // namespace netsane
