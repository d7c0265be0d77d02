#include "backend/Backend.hxx"

#include "backend/DeviceOpener.hxx"
#include "client/DebugLog.hxx"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace netsane {

Backend::Backend(SANE_Auth_Callback authorize, DebugSink debug)
    : authorize_(authorize), debug_(std::move(debug)), discovered_(config_, browseProgram(), debug_)
{
    // The daemon sets this for the processes that call libsane: a server must not list what other servers have.
    const char *const no_backend = std::getenv("NETSANE_NO_BACKEND");
    disabled_ = no_backend && *no_backend != '\0';
    if (disabled_)
        return;
    config_.readFrom(saneConfigFolders(std::getenv("SANE_CONFIG_DIR"), NETSANE_SYSCONFDIR "/sane.d"));
    if (const char *const servers = std::getenv("NETSANE_SERVERS"))
        config_.addServers(servers, "NETSANE_SERVERS");
    for (const auto &problem : config_.problems())
        debug_(0, problem);
}

std::vector<SurveyedServer> Backend::survey(const char *program)
{
    if (disabled_)
        return {};
    return surveyServers(config_.servers(), discovered_, program, debug_);
}

const SANE_Device **Backend::devices(bool local_only)
{
    if (local_only)
        list_.clear();
    else
        list_.fill(survey("sane-netsane"));
    return list_.devices();
}

SANE_Status Backend::openOn(const ServerName &server, const std::string &device, SANE_Handle &handle)
{
    std::unique_ptr<DeviceHandle> opened;
    const auto found = discovered_.find(server);
    DeviceOpener opener(server, found ? found->settings : discovered_.settingsFor(server), authorize_, debug_,
                        found ? found->addresses : std::vector<std::string>());
    const auto status = opener.open(device, opened);
    if (status != SANE_STATUS_GOOD)
        return status;
    handle = opened.get();
    handles_.push_back(std::move(opened));
    return SANE_STATUS_GOOD;
}

SANE_Status Backend::openFirst(SANE_Handle &handle)
{
    auto result = SANE_STATUS_INVAL; // there are no servers
    bool failed = false;
    for (const auto &server : config_.servers()) {
        const auto status = openOn(server.name, "", handle);
        if (status == SANE_STATUS_GOOD)
            return status;
        if (!std::exchange(failed, true))
            result = status;
    }
    return result;
}

SANE_Status Backend::open(std::string_view name, SANE_Handle &handle)
{
    if (disabled_)
        return SANE_STATUS_INVAL;
    if (name.empty())
        return openFirst(handle);
    const auto wanted = parseDeviceName(name);
    if (!wanted) {
        debug_(1, "sane_open: expected host:device, host:port:device or unix:/path:device");
        return SANE_STATUS_INVAL;
    }
    if (wanted->second.size() > max_device_name_bytes)
        return SANE_STATUS_INVAL;
    return openOn(wanted->first, wanted->second, handle);
}

DeviceHandle *Backend::find(SANE_Handle handle) const noexcept
{
    const auto found =
        std::find_if(handles_.begin(), handles_.end(), [handle](const auto &open) { return open.get() == handle; });
    return found == handles_.end() ? nullptr : found->get();
}

void Backend::close(SANE_Handle handle)
{
    std::erase_if(handles_, [handle](const auto &open) { return open.get() == handle; });
}

} // namespace netsane
