// What the backend keeps between sane_init and sane_exit: configuration, the list of devices, open handles.
//
// One per process, made by sane_init and ended by sane_exit, which close whatever is still open. Functions are the
// sane_ calls; they may throw std::bad_alloc and std::system_error.
#pragma once

#include "backend/DeviceHandle.hxx"
#include "backend/DeviceList.hxx"
#include "client/DebugLog.hxx"
#include "client/DiscoveredServers.hxx"
#include "config/ClientConfig.hxx"

#include <memory>
#include <sane/sane.h>
#include <string>
#include <string_view>
#include <vector>

namespace netsane {

class Backend {
public:
    // Reads netsane.conf, NETSANE_SERVERS and NETSANE_NO_BACKEND. debug: never empty; what handles have to say, too.
    explicit Backend(SANE_Auth_Callback authorize, DebugSink debug = debugToStandardError);

    // Asks all servers, those that are discovered too: none where NETSANE_NO_BACKEND is set. Blocks; see
    // ServerSurvey.hxx.
    std::vector<SurveyedServer> survey(const char *program);

    // local_only: nothing here is local.
    const SANE_Device **devices(bool local_only);

    // name: host[:port][:device]; empty: the first device of the first server that has one to open, else the first
    // server's status. *handle is set if GOOD.
    SANE_Status open(std::string_view name, SANE_Handle &handle);
    void close(SANE_Handle handle);

    // nullptr if it isn't open.
    DeviceHandle *find(SANE_Handle handle) const noexcept;

private:
    SANE_Status openOn(const ServerName &server, const std::string &device, SANE_Handle &handle);
    SANE_Status openFirst(SANE_Handle &handle);

    ClientConfig config_;
    SANE_Auth_Callback authorize_;
    const DebugSink debug_;
    bool disabled_ = false;
    DiscoveredServers discovered_;
    DeviceList list_;
    std::vector<std::unique_ptr<DeviceHandle>> handles_;
};

} // namespace netsane
