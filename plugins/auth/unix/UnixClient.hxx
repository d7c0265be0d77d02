// PASS_UNIX on the client: asks for the password and sends it in clear (seed 2.4.1).

#pragma once

#include "common/CryptWork.hxx"
#include "common/HostResources.hxx"

#include <netsane/plugin.h>
#include <string>

namespace netsane {

/// One login. Owned by the host through its handle. Holds the password until it ends.
class UnixClient {
public:
    UnixClient(const netsane_host_v1 &host, const netsane_auth_params_v1 &params);

    /// Returns a verdict. Asks the person, and so may block.
    uint32_t step(netsane_auth_step_v1 &step);

private:
    struct Password {
        char text[max_password_bytes];
    };

    uint32_t fail(const char *reason) const;

    const netsane_host_v1 &host_;
    void *const exchange_;
    const std::string question_;
    const HostMemory<Password> password_;
    netsane_field reply_{};
};

} // namespace netsane
