// A built auth method, loaded as the programs load it, with a configuration and randomness that a fuzz target makes up.

#pragma once

#include "plugin/PluginHost.hxx"
#include "tests/plugin/ModuleFolder.hxx"
#include "tests/plugin/TestServices.hxx"

#include <string>

namespace netsane {

/// Nothing is kept, as there are millions of logins; every file is `users`; random bytes are those of `random`, again
/// and again.
class LabServices final : public TestServices {
public:
    void log(PluginLogLevel, std::string_view, std::string_view) override {}
    SecureBytes readFile(const std::string &path, bool secret) override;
    void randomBytes(std::span<std::byte> bytes) override;

    std::string users;
    std::string random;
};

/// Owned by a target, for the life of the program.
class MethodLab {
public:
    /// Copies the module; load() is for when the configuration is there.
    explicit MethodLab(std::string name);

    /// Throws PluginError. Once.
    void load() { method_ = &host_.load(PluginKind::Auth, name_); }

    const Method &method() const { return *method_; }

    LabServices services;
    const ModuleFolder folder;

private:
    const std::string name_;
    PluginHost host_;
    const Method *method_ = nullptr;
};

} // namespace netsane
