#include "CryptClient.hxx"

#include "common/CryptWork.hxx"

#include <algorithm>
#include <span>

namespace netsane {

namespace {

constexpr size_t seed_count = 3;

struct Password {
    char text[max_password_bytes];
    DesForm stored;
};

std::string_view seedIn(const netsane_field &field)
{
    return {static_cast<const char *>(field.data), field.size - 1};
}

} // namespace

CryptClient::CryptClient(const netsane_host_v1 &host, const netsane_auth_params_v1 &params)
    : host_(host),
      exchange_(params.exchange),
      question_("Password for " + std::string(params.user) + ": "),
      responses_(makeHostMemory<Responses>(host))
{
}

uint32_t CryptClient::refuse(uint32_t verdict, const char *reason) const
{
    host_.set_reason(exchange_, reason);
    return verdict;
}

uint32_t CryptClient::step(netsane_auth_step_v1 &step)
{
    // Fields that a later PASS_REQ may have are ignored (protocol.md §1.3).
    if (step.in_count < seed_count || !std::ranges::all_of(std::span(step.in, seed_count), isSeedField))
        return refuse(NETSANE_VERDICT_NOT_APPLICABLE, "the server's seeds are not two letters, digits, . or / each");
    const HostMemory<Password> password = makeHostMemory<Password>(host_);
    const bool answered =
        host_.prompt(exchange_, NETSANE_PROMPT_HIDDEN, question_.c_str(), password->text, sizeof password->text) == 0;
    if (!answered || password->text[0] == '\0')
        return refuse(NETSANE_VERDICT_FAIL, "no password was given");
    CryptWork work(host_);
    if (!desCrypt(work, password->text, seedIn(step.in[0]), password->stored) ||
        !computeResponses(work, password->stored, seedIn(step.in[1]), seedIn(step.in[2]), *responses_))
        return refuse(NETSANE_VERDICT_INTERNAL, "this system's crypt(3) can't do DES");
    reply_ = {netsane_field{responses_->first.data(), responses_->first.size()},
              netsane_field{responses_->second.data(), responses_->second.size()}};
    step.out = reply_.data();
    step.out_count = static_cast<uint32_t>(reply_.size());
    return NETSANE_VERDICT_OK;
}

} // namespace netsane
