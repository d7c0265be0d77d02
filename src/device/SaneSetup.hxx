// libsane as a device process has it: sane_init done, with a configuration of its own.
//
// Owned by the device process, used on its main thread. Which backends there are is read from the admin's files when it
// is made, and may be looked at anew: a process may wait for long until it is needed.
#pragma once

#include "device/DllConfig.hxx"
#include "device/SaneEnvironment.hxx"
#include "device/SaneLibrary.hxx"

#include <optional>
#include <string>
#include <vector>

namespace netsane {

class SaneSetup {
public:
    // directories: like SANE_CONFIG_DIR. Throws std::system_error. Call before any thread runs.
    SaneSetup(std::string directories, std::vector<std::string> excluded_backends);
    SaneSetup(const SaneSetup &) = delete;
    SaneSetup &operator=(const SaneSetup &) = delete;

    const DllConfig &config() const noexcept { return config_; }
    const SaneLibrary &library() const noexcept { return *library_; }

    // Reads the files again, and begins anew with libsane where they have changed.
    void refresh();

    // Begins anew with the backend of this device alone: a listing needn't wait for all others then. No handle may be
    // open.
    void narrowTo(const std::string &device);

private:
    void begin(const DllConfig &config);

    const std::string directories_;
    const std::vector<std::string> excluded_;
    DllConfig config_; // the admin's
    DllConfig in_use_; // libsane's, all of it or a part
    SaneEnvironment environment_;
    std::optional<SaneLibrary> library_;
};

} // namespace netsane
