// What the daemon's processes offer to plugins: their log and the settings that the supervisor sent.
//
// Owned by the auth process, or a part of the session process's CryptServices; outlives its PluginHost.
#pragma once

#include "plugin/PluginServices.hxx"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace netsane {

class DaemonPluginServices : public PluginServices {
public:
    // Keys are "auth.unix.file".
    void setSettings(std::map<std::string, std::string> settings) { settings_ = std::move(settings); }

    // Logs a warning for each setting of a method that it has not asked for: a slip of the pen in "client_ca" must not
    // pass for a server that asks nobody for a certificate. To be called when the method has started.
    void warnOfUnasked(PluginKind kind, std::string_view method);

    void log(PluginLogLevel level, std::string_view module, std::string_view text) override;
    std::optional<std::string> configValue(PluginKind kind, std::string_view method, std::string_view key) override;
    std::uint32_t roles() const override;
    // Only where the environment has NETSANE_TEST_METHODS: for the project's own tests.
    bool allowTestOnly() const override;

private:
    std::map<std::string, std::string> settings_;
    std::set<std::string> asked_; // those of settings_ that a method has looked at
};

} // namespace netsane
