// netsaned.conf as plain values, checked. Read once at start and again on SIGHUP; copied freely, no state behind it.
//
// The keys are those of the file; sections become prefixes here ("list_timeout" of [sane] is sane_list_timeout).
// What a default-constructed ServerConfig holds is what an empty file means.
#pragma once

#include "config/ConfigError.hxx"
#include "os/ListenAddress.hxx"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netsane {

// The port of a listen address that names none.
inline constexpr std::uint16_t default_listen_port = 6576;

// auth_at: when somebody is asked to log in.
enum class AuthAt {
    connect, // before any command
    open,    // when a device is opened that isn't for everybody
};

// One [[allow]]. A list that is empty stands for a key that is absent; an empty list in the file is an error.
struct AllowRule {
    std::vector<std::string> users;   // "alice", "@group", "*", "anonymous"
    std::vector<std::string> hosts;   // "192.168.0.0/16", "::1", "unix", "*"
    std::vector<std::string> devices; // patterns with * and ?
    std::size_t line = 0;             // where it begins in the file, for messages
};

// A method's own section, [auth_unix] or [crypt_tls], for the plugin to interpret: integers in decimal, booleans as
// "true" and "false".
using MethodSettings = std::map<std::string, std::string, std::less<>>;

struct ServerConfig {
    std::vector<ListenAddress> listen; // never empty
    std::string user = "netsane";      // when started as root
    std::string group = "scanner";     // supplementary group of the device processes, when started as root

    // Classes of processes that give up what they don't need, when the kernel can do that.
    std::vector<std::string> sandbox = {"session", "auth", "device", "discovery"};

    std::vector<std::string> crypt = {"tls", "none"};         // in order of preference, never empty
    std::vector<std::string> auth = {"crypt", "unix", "pam"}; // in order of preference; empty: nobody is asked
    AuthAt auth_at = AuthAt::open;
    bool allow_clear_passwords = false; // methods that show a password on the wire, unencrypted and not over loopback
    unsigned auth_tries = 3;
    std::chrono::seconds auth_fail_delay{2};    // 0 possible
    std::chrono::seconds auth_step_timeout{30}; // a method that takes longer for one step has failed
    std::chrono::seconds process_timeout{10};   // a process that says nothing for longer is replaced
    std::chrono::seconds login_timeout{60};     // handshake and login together
    std::chrono::seconds idle_timeout{1800};    // with a device open; 0: none
    std::size_t max_connections = 256;
    std::size_t max_connections_per_host = 64;
    // Of them those on which nobody has logged in or opened a device; see strangers().
    std::optional<std::size_t> max_strangers;
    std::optional<std::size_t> max_strangers_per_host;
    std::size_t max_devices_per_user = 16; // open at once; anonymous users are counted by host
    bool discovery = false;                // announce the server in the network
    std::string discovery_name;            // as; empty: NETSANE on HOST
    std::string plugin_dir;                // absolute; empty: where the installed plugins are
    std::string groups_file;               // absolute, for GroupFile; empty: none
    std::string state_dir;                 // absolute, see CertificateFiles; empty: the default of who starts netsaned

    std::optional<std::string> control_socket; // absolute, "" for none; see controlSocketPath()
    std::string trace;             // absolute: a folder for recordings of all connections; empty: none are made
    unsigned trace_limit = 16;     // megabytes of one recording
    std::size_t trace_files = 100; // recordings in the folder; a connection more isn't recorded

    std::string sane_config_dir; // SANE_CONFIG_DIR of the device processes; empty: SANE's own
    std::vector<std::string> sane_exclude = {"netsane", "net"}; // backends never exported again
    std::chrono::seconds sane_list_timeout{20};                 // a listing that takes longer is killed
    std::chrono::seconds sane_list_max_age{10};                 // older than this: refreshed behind an answer
    std::optional<std::chrono::seconds> sane_list_refresh;      // refreshed so often anyway; 0: never
    std::chrono::seconds sane_call_timeout{120}; // a scanner that takes longer to open, or for an option, is given up
    std::chrono::seconds sane_close_timeout{30}; // the same for cancelling a scan and closing the scanner
    std::size_t sane_warm = 2;                   // device processes that wait for somebody to open a device

    // By method name. Sections of methods that aren't in auth or crypt are kept too.
    std::map<std::string, MethodSettings, std::less<>> auth_settings;
    std::map<std::string, MethodSettings, std::less<>> crypt_settings;

    std::vector<AllowRule> allow; // in the order of the file; for AccessRules

    ServerConfig();

    // Where the file says nothing, a quarter of the connections is kept for people who are known.
    std::size_t strangers() const noexcept { return max_strangers.value_or((3 * max_connections + 3) / 4); }
    std::size_t strangersPerHost() const noexcept
    {
        return max_strangers_per_host.value_or((3 * max_connections_per_host + 3) / 4);
    }
};

// Reads and checks a file. Blocks on the disk. Throws ConfigError, also when the file can't be read.
ServerConfig readServerConfig(const std::string &path);

// The same from text; name stands for the file in messages.
ServerConfig parseServerConfig(std::string_view text, std::string_view name);

} // namespace netsane
