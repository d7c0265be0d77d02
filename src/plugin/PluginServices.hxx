// What the program that uses plugins provides to them: the C++ side of netsane_host_v1. Implemented by the daemon's
// processes and by the client library; owned by them, and outlives the PluginHost that it is given to. Called in the
// thread that calls PluginHost, AuthExchange or CryptStream. Exceptions end in the plugin as a failure of the call.

#pragma once

#include "os/SecureMemory.hxx"

#include <chrono>
#include <cstdint>
#include <netsane/plugin.h>
#include <optional>
#include <string>
#include <string_view>

namespace netsane {

class TrustedFile;

enum class PluginKind : uint32_t { Auth = NETSANE_KIND_AUTH, Crypt = NETSANE_KIND_CRYPT };
enum class Role : uint32_t { Server = NETSANE_ROLE_SERVER, Client = NETSANE_ROLE_CLIENT };
enum class PluginLogLevel : uint32_t {
    Error = NETSANE_LOG_ERROR,
    Warning = NETSANE_LOG_WARNING,
    Info = NETSANE_LOG_INFO,
    Debug = NETSANE_LOG_DEBUG
};

/// "auth" or "crypt", as in file names and in the configuration.
std::string_view kindName(PluginKind kind) noexcept;

class PluginServices {
public:
    virtual ~PluginServices() = default;

    /// @param module "auth_unix"
    /// @param text one line without control characters, at most 1024 bytes
    virtual void log(PluginLogLevel level, std::string_view module, std::string_view text) = 0;

    /// The value of a key in the method's section, [auth_unix] say, as a string; nothing if it isn't set.
    virtual std::optional<std::string> configValue(PluginKind kind, std::string_view method, std::string_view key) = 0;

    /// NETSANE_ROLE_ bits: what this program will use methods for.
    virtual uint32_t roles() const = 0;

    /// Whether methods flagged TEST_ONLY may be loaded.
    virtual bool allowTestOnly() const { return false; }

    /// Time since a fixed moment; never goes back. Deadlines are in this clock.
    virtual std::chrono::milliseconds monotonicNow() const;

    /// Seconds since the epoch.
    virtual int64_t wallSeconds() const;

    /// Fills with bytes fit for keys. Throws std::system_error.
    virtual void randomBytes(std::span<std::byte> bytes);

    /// Reads a file of secrets into locked memory: absolute path, a regular file of at most 1 MiB that belongs to root
    /// or the effective user and is writable by nobody else, in folders of the same kind; a secret one is not readable
    /// by others either (by the group it may be). Throws PluginError that names the file.
    virtual SecureBytes readFile(const std::string &path, bool secret);

protected:
    /// The same for a file that is open already, from its beginning and wherever the descriptor stands.
    static SecureBytes readOpenFile(const TrustedFile &file, bool secret);
};

} // namespace netsane
