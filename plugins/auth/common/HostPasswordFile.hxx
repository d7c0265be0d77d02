// The password file that the method's configuration names under "file", read through the plugin host.

#pragma once

#include "HostResources.hxx"
#include "PasswordFile.hxx"

#include <netsane/plugin.h>
#include <string_view>

namespace netsane {

/// Its text is in locked memory as long as this object lives. The host table outlives it.
class HostPasswordFile {
public:
    static constexpr const char *key = "file";

    /// Reads the file anew; blocks on the disk. Throws std::exception, and the reason is logged then.
    explicit HostPasswordFile(const netsane_host_v1 &host);

    const PasswordFile &passwords() const noexcept { return passwords_; }
    const UserTable &users() const noexcept { return passwords_.users(); }

private:
    const HostFile file_;
    const PasswordFile passwords_;
};

} // namespace netsane
