// sane_open: connect, log in if the server asks for it, open the device.
//
// A login comes from netsane.conf, from the person's files, or from the authorization callback: the first that has a
// password counts, and one that the server refuses is SANE_STATUS_ACCESS_DENIED at once. The callback is not asked
// then: frontends call it again for the next open anyway, and somebody who has stored a password would type it a second
// time. During the callback there is no connection.
//
// A local object of the Backend. open() blocks: as long as connecting may take, as long as the person thinks about
// the password, as long as the server needs for the device. Throws std::bad_alloc and std::system_error.
#pragma once

#include "backend/DeviceHandle.hxx"
#include "client/DebugLog.hxx"
#include "config/ClientConfig.hxx"

#include <memory>
#include <sane/sane.h>
#include <string>
#include <vector>

namespace netsane {

class DeviceOpener {
public:
    // authorize may be nullptr. addresses: see ClientOptions.
    DeviceOpener(ServerName server, ServerSettings settings, SANE_Auth_Callback authorize, DebugSink debug,
                 std::vector<std::string> addresses = {});

    // device: the server's name for it; empty: the first.
    SANE_Status open(const std::string &device, std::unique_ptr<DeviceHandle> &handle);

private:
    enum class Attempt { over, login_wanted };

    Attempt tryOpen(const std::string &device, std::optional<Credentials> credentials,
                    std::unique_ptr<DeviceHandle> &handle);
    Attempt awaitOpen(std::unique_ptr<ClientConnection> connection, std::unique_ptr<DeviceHandle> &handle);
    void finishOpen(std::unique_ptr<ClientConnection> connection, OpenReply reply,
                    std::unique_ptr<DeviceHandle> &handle);
    std::optional<Credentials> askCredentials();
    void refuse(SANE_Status status, const std::string &reason);

    const ServerName server_;
    const ServerSettings settings_;
    const std::vector<std::string> addresses_;
    const SANE_Auth_Callback authorize_;
    const DebugSink debug_;
    std::string known_user_; // of a login that the server wants; may be empty
    SANE_Status status_ = SANE_STATUS_IO_ERROR;
};

} // namespace netsane
