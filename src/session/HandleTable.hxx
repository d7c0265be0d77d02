// The open handles of one connection: random tokens for the client, keys of device channels inside.
//
// Part of a ServerSession. A token is 16 random bytes, valid on its own connection only (protocol.md §7.1).
#pragma once

#include "session/ServerTypes.hxx"

#include <map>
#include <optional>
#include <span>
#include <vector>

namespace netsane {

class HandleTable {
public:
    // A new token for the channel. Throws std::system_error when the system has no random bytes.
    const HandleBytes &add(DeviceKey key);

    std::optional<DeviceKey> find(const HandleBytes &token) const noexcept;
    bool contains(DeviceKey key) const noexcept;
    void remove(DeviceKey key) noexcept;
    std::vector<DeviceKey> keys() const;
    bool empty() const noexcept { return keys_.empty(); }
    std::size_t size() const noexcept { return keys_.size(); }
    void clear() noexcept { keys_.clear(); }

private:
    std::map<HandleBytes, DeviceKey> keys_;
};

} // namespace netsane
