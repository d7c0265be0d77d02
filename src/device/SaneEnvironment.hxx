// The environment that libsane is loaded into: a private configuration directory that goes before the admin's.
//
// Owned by the device process, made before sane_init and destroyed when the process is done with libsane. The
// directory itself is removed by removeFiles(); SANE_CONFIG_DIR goes on naming it through this process's descriptor of
// it, so nobody can put another directory in its place for the backends that look there later.
#pragma once

#include "device/DllConfig.hxx"
#include "os/UniqueFd.hxx"

#include <string>

namespace netsane {

class SaneEnvironment {
public:
    // Writes the configuration and sets SANE_CONFIG_DIR to "<private>:<directories>", and NETSANE_NO_BACKEND, which
    // keeps our own backend from listing and opening anything. Throws std::system_error. Call before any thread runs.
    SaneEnvironment(const DllConfig &config, const std::string &directories);
    ~SaneEnvironment() { removeFiles(); }
    SaneEnvironment(const SaneEnvironment &) = delete;
    SaneEnvironment &operator=(const SaneEnvironment &) = delete;

    // Takes the directory off the disk. Call after sane_init, the only one to read these files. May be called again.
    void removeFiles() noexcept;

private:
    void write(const char *name, const std::string &text);

    std::string directory_;
    UniqueFd directory_fd_;
};

} // namespace netsane
