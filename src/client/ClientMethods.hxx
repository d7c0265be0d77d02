// The methods that a client uses: loaded from its plugin directory when a server asks for one and netsane.conf allows
// it. netsane.conf's `auth` lists what is allowed; without it what comes with NETSANE is, as far as it is installed.
// The server chooses among them by its own order: the one of the list is what it is told where its first choice is
// declined, and declining a method that is allowed would cost a try with a server that has no other. Owned by a
// connection, one thread; methods live as long as this object.
#pragma once

#include "client/DebugLog.hxx"
#include "config/ClientConfig.hxx"
#include "plugin/PluginHost.hxx"
#include "session/ClientPolicy.hxx"

#include <memory>
#include <optional>

namespace netsane {

class ClientMethods final : public MethodSource, private PluginServices {
public:
    ClientMethods(const ServerSettings &settings, DebugSink debug);
    ~ClientMethods() override;

    const Method *authMethod(std::uint32_t id) override;
    std::vector<const Method *> authMethods() override;
    const Method *cryptMethod(std::uint32_t id) override;

    // Why the last crypt method that was asked for couldn't be had; empty if it could.
    const std::string &cryptFault() const noexcept { return crypt_fault_; }

private:
    const Method *load(PluginKind kind, const std::string &name);

    void log(PluginLogLevel level, std::string_view module, std::string_view text) override;
    std::optional<std::string> configValue(PluginKind kind, std::string_view method, std::string_view key) override;
    std::uint32_t roles() const override { return NETSANE_ROLE_CLIENT; }

    bool isInstalled(const std::string &name) const;

    const bool auth_named_; // by the configuration
    const std::vector<std::string> auth_names_;
    const ServerSettings trust_; // only what the crypt method is told of it
    std::string crypt_fault_;
    const std::string plugin_dir_;
    const DebugSink debug_;
    std::unique_ptr<PluginHost> host_; // made when the first method is loaded
};

} // namespace netsane
