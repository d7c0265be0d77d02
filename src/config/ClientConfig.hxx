// netsane.conf: which servers there are and how the client deals with each. A plain value, read once per sane_init.
//
// The file has a line `host[:port] [key=value ...]` per server and lines `key = value` with defaults for all servers,
// wherever they stand. '#' begins a comment. A line that isn't right is left out and reported in `problems`: a typing
// error must not take all scanners away, and its report repeats nothing that could be a part of a password. The server
// of such a line isn't connected to, though, as it could be trusted in a way that wasn't meant; nor is any server
// without a `ca` of its own where the default `ca` or `known_servers` isn't right. A default `tls` that isn't right is
// `require`. Reading blocks on the disk.
#pragma once

#include "config/ServerName.hxx"
#include "os/Secret.hxx"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netsane {

// Of a name and a password in a file, without NUL (protocol.md §9, §6.2, §6.4).
constexpr std::size_t max_stored_user_bytes = 255;
constexpr std::size_t max_stored_password_bytes = 511;

enum class TlsMode { require, prefer, off };

// Whether servers are looked for in the network: not at all, those of other machines, or all.
enum class Discover { no, yes, all };

struct ServerSettings {
    std::optional<std::chrono::seconds> connect_timeout;
    std::optional<TlsMode> tls;  // not set: prefer over loopback and unix sockets, else require
    bool tls_by_default = false; // tls is that of all servers, and not said of this very one
    std::optional<std::vector<std::string>> auth;
    std::optional<std::string> user;
    std::optional<Secret> password;
    std::optional<std::string> plugin_dir;
    std::optional<std::string> ca;
    std::optional<std::string> certificate; // the client's own; it and its key come from the same place
    std::optional<std::string> key;
    std::optional<std::string> min_version;
    std::optional<std::string> known_servers;
    std::optional<bool> allow_clear_passwords;
    // A line that isn't right has something to say on how this server is to be trusted: no connection is made to it.
    std::optional<std::string> fault;

    // Fills in what isn't set here.
    void inherit(const ServerSettings &defaults);
};

struct ServerEntry {
    ServerName name;
    ServerSettings settings;
};

class ConfigWords;

class ClientConfig {
public:
    // Parses the text of a file. may_hold_password: whether only its owner (and group) can read the file.
    void parse(std::string_view text, const std::string &file_name, bool may_hold_password = true);

    // Reads netsane.conf from the first of the folders that has it. No such file is no problem. In a relative folder
    // (SANE's "." is one) only a file that belongs to root or to the effective user counts.
    void readFrom(const std::vector<std::string> &folders);

    // Servers as in NETSANE_SERVERS: names separated by blanks or commas.
    void addServers(std::string_view list, const std::string &source);

    // All servers, in the order of the file, each with the defaults filled in.
    std::vector<ServerEntry> servers() const;

    // Whether the file, or NETSANE_SERVERS, has this server, be it in a line that isn't right.
    bool names(const ServerName &name) const;

    Discover discover() const noexcept { return discover_; }

    // The settings for a server, whether it is in the file or not.
    ServerSettings settingsFor(const ServerName &name) const;

    // Each names file, line and key.
    const std::vector<std::string> &problems() const noexcept { return problems_; }

private:
    struct Line;
    void readText(int fd, const std::string &file_name, bool may_hold_password);
    void parseLine(const Line &line);
    void parseDefault(const Line &line, const ConfigWords &words);
    void parseServer(const Line &line, const ConfigWords &words);
    void setDiscover(const Line &line, std::string_view value);
    bool setKey(ServerSettings &settings, const Line &line, std::string_view key, std::string_view value);
    void addProblem(const Line &line, const std::string &what);
    void refuseServer(const ServerName &name, const Line &line, const std::string &what);
    void checkDefaults(const std::string &file_name);

    ServerSettings defaults_;
    Discover discover_ = Discover::yes;
    unsigned certificate_line_ = 0;    // the last default of certificate or key
    std::vector<ServerEntry> servers_; // in the order of their lines; one whose line isn't right with its fault alone
    std::vector<std::string> problems_;
};

// Names of methods, separated by blanks or commas. Nothing if one can't be a method's name.
std::optional<std::vector<std::string>> splitMethodNames(std::string_view text);

// The folders that SANE looks into for its configuration: those of SANE_CONFIG_DIR (nullptr if that isn't set); the
// default ones behind it if it ends with ':', and alone if it isn't set.
std::vector<std::string> saneConfigFolders(const char *sane_config_dir, const std::string &default_folder);

} // namespace netsane
