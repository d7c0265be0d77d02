// What init reads through the plugin host: values of [crypt_tls] and the PEM files that they name. All of it blocks on
// the disk at most.

#pragma once

#include "Openssl.hxx"

#include <exception>
#include <netsane/plugin.h>
#include <stdexcept>
#include <string>
#include <string_view>

namespace netsane {

/// A configuration that can't be used; what() is for the admin.
class SettingError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The same where the host has logged the reason.
class LoggedError : public std::exception {
public:
    const char *what() const noexcept override { return "a file can't be read"; }
};

/// The host table outlives it.
class HostSettings {
public:
    explicit HostSettings(const netsane_host_v1 &host) : host_(host) {}

    const netsane_host_v1 &host() const noexcept { return host_; }
    bool has(const char *key) const noexcept { return host_.config(host_.host, key) != nullptr; }

    /// The value, or `fallback`.
    std::string_view value(const char *key, std::string_view fallback) const noexcept;

    /// Throws SettingError "[crypt_tls] KEY: VALUE: text".
    [[noreturn]] void refuse(const char *key, const std::string &text) const;

    /// All certificates of a PEM file, at least one, in its order. Throws SettingError, LoggedError, std::bad_alloc.
    UniqueX509Stack certificates(const char *key) const;

    /// The first private key of a PEM file that only owner and group may read. Throws like certificates().
    UniqueKey privateKey(const char *key) const;

    void log(uint32_t level, const std::string &text) const noexcept { host_.log(host_.host, level, text.c_str()); }

private:
    const netsane_host_v1 &host_;
};

} // namespace netsane
