// The netsane_host_v1 of one method: turns its C calls into calls on PluginServices and holds what the method has been
// handed out. Owned by the loaded method. No exception passes into the plugin.

#pragma once

#include "os/SecureMemory.hxx"
#include "plugin/PluginServices.hxx"

#include <map>
#include <netsane/plugin.h>
#include <optional>
#include <string>

namespace netsane {

class HostTable {
public:
    HostTable(PluginServices &services, PluginKind kind, std::string method);
    HostTable(const HostTable &) = delete;
    HostTable &operator=(const HostTable &) = delete;

    /// Stays valid as long as this object.
    const netsane_host_v1 *table() const noexcept { return &table_; }

    /// "auth_unix"
    const std::string &module() const noexcept { return module_; }

    /// The text of the last ERROR that was logged, or "".
    const std::string &lastError() const noexcept { return last_error_; }

private:
    struct Calls;

    void log(PluginLogLevel level, std::string text);
    const char *config(const std::string &key);
    const SecureBytes &openFile(const std::string &key, bool secret);
    void *keep(SecureBytes block);

    PluginServices &services_;
    const PluginKind kind_;
    const std::string method_;
    const std::string module_;
    netsane_host_v1 table_{};
    std::map<std::string, std::optional<std::string>> values_;
    std::map<const void *, SecureBytes> blocks_;
    std::string last_error_;
    bool swap_warned_ = false;
};

} // namespace netsane
