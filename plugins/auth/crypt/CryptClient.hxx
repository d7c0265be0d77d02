// PASS_CRYPT on the client: asks for the password and sends what it makes of it and the seeds (seed 2.4.2).

#pragma once

#include "SeedCrypt.hxx"
#include "common/HostResources.hxx"

#include <array>
#include <netsane/plugin.h>
#include <string>

namespace netsane {

/// One login. Owned by the host through its handle. Holds the responses until it ends, and the password for a step.
class CryptClient {
public:
    CryptClient(const netsane_host_v1 &host, const netsane_auth_params_v1 &params);

    /// Returns a verdict: NOT_APPLICABLE for seeds that aren't such, INTERNAL where crypt(3) has no DES any more.
    /// Asks the person, and so may block.
    uint32_t step(netsane_auth_step_v1 &step);

private:
    uint32_t refuse(uint32_t verdict, const char *reason) const;

    const netsane_host_v1 &host_;
    void *const exchange_;
    const std::string question_;
    const HostMemory<Responses> responses_;
    std::array<netsane_field, 2> reply_{};
};

} // namespace netsane
