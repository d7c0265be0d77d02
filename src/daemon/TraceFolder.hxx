// The folder for recordings of connections (the key trace): makes a file in it for each connection.
//
// Owned by the supervisor, which has the right to write there; the session process is handed the file. A connection
// that can't be recorded is served all the same.
#pragma once

#include "config/ServerConfig.hxx"
#include "daemon/IpcMessages.hxx"
#include "os/UniqueFd.hxx"

#include <cstddef>
#include <cstdint>
#include <string>

namespace netsane {

class TraceFolder {
public:
    enum class Missing { make, allow };

    TraceFolder() = default; // nothing is recorded

    // Throws ConfigError where the folder can't be used: it and all above it belong to root or to this user, and nobody
    // else may write to them. missing: whether one that isn't there is made, in a folder that is.
    TraceFolder(const ServerConfig &config, Missing missing);

    // A new file, or none. Logs why there is none, once until there is one again.
    UniqueFd create(ConnectionId connection);

    std::uint32_t limitMegabytes() const noexcept { return limit_mb_; }

private:
    std::size_t countFiles() const;
    void tell(const std::string &problem);

    std::string path_; // empty: nothing is recorded
    UniqueFd fd_;
    std::uint32_t limit_mb_ = 0;
    std::size_t max_files_ = 0;
    bool told_ = false;
};

} // namespace netsane
