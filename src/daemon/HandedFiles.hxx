// The files of crypt methods, opened by the supervisor for the session process, which has no right to open a key.
//
// Made by the supervisor of a configuration; holds a descriptor per file until it ends. What can't be opened is kept as
// a reason: the method that asks for it gets that for its answer, and a method that doesn't ask isn't disturbed.
#pragma once

#include "config/ServerConfig.hxx"
#include "daemon/IpcMessages.hxx"
#include "os/UniqueFd.hxx"

#include <vector>

namespace netsane {

class HandedFiles {
public:
    // Opens what the settings of the methods in `crypt` name by absolute paths, as TrustedFile does. Throws ConfigError
    // when they are more than one packet can carry.
    explicit HandedFiles(const ServerConfig &config);

    // For SessionSetup::files.
    const std::vector<HandedFile> &list() const noexcept { return list_; }

    // The descriptors that belong to the list, for one message. Throws std::system_error.
    std::vector<UniqueFd> duplicates() const;

private:
    void add(const std::string &path);

    std::vector<HandedFile> list_;
    std::vector<UniqueFd> fds_; // of those in the list that could be opened
};

} // namespace netsane
