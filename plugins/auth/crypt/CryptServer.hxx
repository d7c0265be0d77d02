// PASS_CRYPT on the server: PASS_REQ carries three seeds, PASS_RPLY two responses (seed 2.4.2).

#pragma once

#include "SeedCrypt.hxx"
#include "common/HostResources.hxx"

#include <netsane/plugin.h>
#include <string>

namespace netsane {

/// One login. Owned by the host through its handle. A user whose stored form is of another scheme gets NOT_APPLICABLE
/// in the first step; one who doesn't exist is treated like somebody of the password file, and so gets that or three
/// seeds.
class CryptServer {
public:
    CryptServer(const netsane_host_v1 &host, const netsane_auth_params_v1 &params);

    /// Returns a verdict. Throws std::exception if it can't be decided.
    uint32_t step(netsane_auth_step_v1 &step);

private:
    /// What is kept between PASS_REQ and PASS_RPLY.
    struct Secrets {
        DesForm stored;
        Responses expected;
    };

    uint32_t ask(netsane_auth_step_v1 &step);
    uint32_t judge(const netsane_auth_step_v1 &step);
    uint32_t refuse(uint32_t verdict, const char *reason) const;
    Seed drawSeed() const;

    const netsane_host_v1 &host_;
    void *const exchange_;
    const std::string user_;
    bool asked_ = false;
    HostMemory<Secrets> secrets_;
    UserTable::Lookup found_; ///< without its form, which is gone with the file
    std::array<Seed, 3> seeds_{};
    std::array<netsane_field, 3> fields_{};
};

} // namespace netsane
