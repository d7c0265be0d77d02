// PASS_PAM on the client: shows and asks the person what the server's PAM says and asks (protocol.md §6.4).

#pragma once

#include "PamMessages.hxx"
#include "common/HostResources.hxx"

#include <netsane/plugin.h>
#include <vector>

namespace netsane {

/// One login. Owned by the host through its handle. Holds the answers of one PASS_REQ until the next or the end.
class PamClient {
public:
    PamClient(const netsane_host_v1 &host, const netsane_auth_params_v1 &params);

    /// Returns a verdict, and never OK: whether another PASS_REQ follows is known to the server only. Asks the person,
    /// and so may block. Throws std::bad_alloc.
    uint32_t step(netsane_auth_step_v1 &step);

private:
    struct Answers {
        char texts[max_pam_messages][max_pam_text_bytes];
    };

    bool handle(const PamMessage &message);
    bool ask(const PamMessage &message);
    uint32_t decline(const char *reason) const;

    const netsane_host_v1 &host_;
    void *const exchange_;
    HostMemory<Answers> answers_;
    std::vector<netsane_field> fields_; ///< point into answers_
};

} // namespace netsane
