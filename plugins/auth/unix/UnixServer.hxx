// PASS_UNIX on the server: PASS_REQ carries nothing, PASS_RPLY the password in clear (seed 2.4.1).

#pragma once

#include <netsane/plugin.h>
#include <string>

namespace netsane {

/// One login. Owned by the host through its handle.
class UnixServer {
public:
    UnixServer(const netsane_host_v1 &host, const netsane_auth_params_v1 &params);

    /// Returns a verdict. Throws std::exception if it can't be decided.
    uint32_t step(const netsane_auth_step_v1 &step);

private:
    uint32_t fail(const char *reason) const;

    const netsane_host_v1 &host_;
    void *const exchange_;
    const std::string user_;
    bool asked_ = false;
};

} // namespace netsane
