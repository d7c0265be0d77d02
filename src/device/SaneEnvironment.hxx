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
    // Sets SANE_CONFIG_DIR to "<private>:<directories>" once there is something private, and NETSANE_NO_BACKEND, which
    // keeps our own backend from listing and opening anything. Call before any thread runs.
    explicit SaneEnvironment(std::string directories);
    ~SaneEnvironment() { removeFiles(); }
    SaneEnvironment(const SaneEnvironment &) = delete;
    SaneEnvironment &operator=(const SaneEnvironment &) = delete;

    // Puts a configuration into the private directory, in place of an earlier one. Throws std::system_error; what there
    // was is gone then. The environment itself changes the first time only, as threads may run later.
    void write(const DllConfig &config);

    // Takes the directory off the disk. Call after sane_init, the only one to read these files. May be called again.
    void removeFiles() noexcept;

private:
    void makeDirectory();
    void writeFile(const char *name, const std::string &text);
    void announce();

    const std::string directories_;
    std::string directory_; // empty: none on the disk
    UniqueFd directory_fd_;
    bool named_by_descriptor_ = false; // in SANE_CONFIG_DIR
};

} // namespace netsane
