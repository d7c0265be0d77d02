// Which connections somebody means who wants them ended. A plain value, made of a request.
#pragma once

#include "config/CidrPrefix.hxx"
#include "daemon/ConnectionTable.hxx"
#include "daemon/ControlRequest.hxx"

#include <optional>
#include <string>
#include <vector>

namespace netsane {

// A connection is its number. A user is a name somebody logged in with. An address is one, or a block like
// "192.168.0.0/16"; "unix" is all unix sockets. A device is the full name of what the connection holds. Where it isn't
// said what is meant, digits are a connection, what can be read as an address is one, and all else is a user or a
// device.
class KickTarget {
public:
    // Throws std::invalid_argument where the value can't be what it is said to be.
    explicit KickTarget(const ControlRequest &request);

    bool matches(ConnectionId id, const ConnectionTable::Client &client, const std::vector<std::string> &devices) const;

private:
    std::optional<ConnectionId> connection_;
    std::optional<std::string> user_;
    std::optional<std::string> device_;
    std::optional<CidrPrefix> block_;
    bool unix_sockets_ = false;
};

} // namespace netsane
