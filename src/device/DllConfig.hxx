// Which backends and aliases SANE's dll backend would know, read as it reads them (sane-dll(5)), less those excluded.
//
// A value, owned by the device process; reads files, blocks on nothing else. Excluded backends must not even be loaded:
// a listing through `net` or `netsane` could go round in a circle between daemons.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netsane {

struct DllAlias {
    std::string new_name; // empty: the line hides old_name
    std::string old_name;

    bool operator==(const DllAlias &) const = default;
};

class DllConfig {
public:
    // directories: like SANE_CONFIG_DIR, separated by colons; empty parts are left out. From the first directory that
    // has a dll.d come the files in it, from the first that has a dll.conf (dll.aliases) that file. Missing files are
    // empty ones. Backends named in `excluded`, and `dll` itself, are left out with the aliases that lead to them.
    static DllConfig read(std::string_view directories, const std::vector<std::string> &excluded);

    // In the order of the files; no name twice.
    const std::vector<std::string> &backends() const noexcept { return backends_; }
    const std::vector<DllAlias> &aliases() const noexcept { return aliases_; }

    // The name behind an alias (one step, as in dll), else the name itself.
    std::string resolve(std::string_view device) const;

    // Why this device must not be opened, for people; nothing when it may be.
    std::optional<std::string> refusal(std::string_view device) const;

    // The same configuration with one backend alone, and the aliases that lead to it.
    DllConfig only(std::string_view backend) const;

    bool operator==(const DllConfig &) const = default;

    // The contents for dll.conf and dll.aliases.
    std::string confText() const;
    std::string aliasesText() const;

private:
    void addBackend(const std::string &name, const std::vector<std::string> &excluded);
    void addAlias(std::string line);
    bool isEnabled(std::string_view backend) const noexcept;

    std::vector<std::string> backends_;
    std::vector<DllAlias> aliases_;
};

// The part of a device name before the first colon, or all of it.
std::string_view backendPart(std::string_view device) noexcept;

// The parts of a list separated by the character, empty ones left out.
std::vector<std::string> splitList(std::string_view list, char separator);

} // namespace netsane
