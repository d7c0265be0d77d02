#include "UnixClient.hxx"

#include <cstring>

namespace netsane {

UnixClient::UnixClient(const netsane_host_v1 &host, const netsane_auth_params_v1 &params)
    : host_(host),
      exchange_(params.exchange),
      question_("Password for " + std::string(params.user) + ": "),
      password_(makeHostMemory<Password>(host))
{
}

uint32_t UnixClient::fail(const char *reason) const
{
    host_.set_reason(exchange_, reason);
    return NETSANE_VERDICT_FAIL;
}

uint32_t UnixClient::step(netsane_auth_step_v1 &step)
{
    // Fields that a later PASS_REQ may have are ignored (protocol.md §1.3).
    if (host_.prompt(exchange_, NETSANE_PROMPT_HIDDEN, question_.c_str(), password_->text, sizeof password_->text) != 0)
        return fail("no password was given");
    reply_ = {password_->text, std::strlen(password_->text) + 1};
    step.out = &reply_;
    step.out_count = 1;
    return NETSANE_VERDICT_OK;
}

} // namespace netsane
