#include "PamServer.hxx"

#include "PamConfig.hxx"

#include <algorithm>
#include <arpa/inet.h>
#include <cstring>
#include <limits>
#include <span>
#include <string_view>
#include <utility>

namespace netsane {

namespace {

constexpr size_t max_user_bytes = 255;
constexpr uint64_t longest_wait_ms = 24ULL * 60 * 60 * 1000; ///< a later deadline is as good as none

/// Modules make file names of it (pam_faillock) and hand it to programs (pam_unix, pam_exec), as root.
bool isUserName(std::string_view user)
{
    if (user.empty() || user.size() > max_user_bytes || user.front() == '-' || user == "." || user == "..")
        return false;
    return std::ranges::none_of(user, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7f || c == '/';
    });
}

/// The peer if it is an address of IP, maybe with a zone; else nothing: it came through a unix socket.
std::string addressOf(const std::string &peer)
{
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    const std::string without_zone = peer.substr(0, peer.find('%'));
    const bool is_address = ::inet_pton(AF_INET, without_zone.c_str(), bytes.data()) == 1 ||
                            ::inet_pton(AF_INET6, without_zone.c_str(), bytes.data()) == 1;
    return is_address ? peer : std::string();
}

PamRequest makeRequest(const netsane_host_v1 &host, const netsane_auth_params_v1 &params)
{
    PamConfig config = readPamConfig(host);
    requirePamService(config);
    return {std::move(config.service), std::move(config.confdir), params.user, addressOf(params.peer)};
}

bool isAnswer(const netsane_field &field)
{
    if (field.size == 0 || field.size > max_pam_text_bytes)
        return false;
    const auto *const text = static_cast<const char *>(field.data);
    return std::memchr(text, '\0', field.size) == text + field.size - 1;
}

} // namespace

PamServer::PamServer(const netsane_host_v1 &host, const netsane_auth_params_v1 &params)
    : host_(host), exchange_(params.exchange), deadline_ms_(params.deadline_ms), request_(makeRequest(host, params))
{
}

uint32_t PamServer::fail(const char *reason) const
{
    host_.set_reason(exchange_, reason);
    return NETSANE_VERDICT_FAIL;
}

void PamServer::logText(uint32_t level, const std::string &text) const
{
    host_.log(host_.host, level, text.c_str());
}

uint32_t PamServer::step(netsane_auth_step_v1 &step)
{
    switch (state_) {
    case State::New:
        return begin(step);
    case State::Asked:
        return reply(step);
    case State::Told:
        break;
    }
    return refuse(step, *judgement_);
}

void PamServer::cancel() noexcept
{
    if (pam_)
        pam_->conversation().end();
}

uint32_t PamServer::begin(netsane_auth_step_v1 &step)
{
    if (!isUserName(request_.user))
        return fail("the user name is none that PAM can have");
    pam_.emplace(request_);
    return waitForPam(step);
}

uint32_t PamServer::reply(netsane_auth_step_v1 &step)
{
    const std::span fields(step.in, step.in_count);
    const auto questions = static_cast<size_t>(std::ranges::count_if(sent_, &PamMessage::isQuestion));
    if (fields.size() != questions)
        return fail("the reply doesn't have one answer for each question");
    if (!std::ranges::all_of(fields, isAnswer))
        return fail("an answer is too long or not a string");
    PamResponses responses(sent_.size());
    size_t next = 0;
    for (size_t i = 0; i < sent_.size(); ++i) {
        if (!sent_[i].isQuestion())
            continue;
        const netsane_field &field = fields[next++];
        responses.set(i, {static_cast<const char *>(field.data), field.size});
    }
    pam_->conversation().answer(std::move(responses));
    return waitForPam(step);
}

uint32_t PamServer::waitForPam(netsane_auth_step_v1 &step)
{
    std::optional<PamConversation::Clock::time_point> deadline;
    if (deadline_ms_ != 0) {
        const uint64_t now = host_.monotonic_ms(host_.host);
        const uint64_t left_ms = deadline_ms_ > now ? std::min(deadline_ms_ - now, longest_wait_ms) : 0;
        deadline = PamConversation::Clock::now() + std::chrono::milliseconds(left_ms);
    }
    switch (pam_->conversation().wait(deadline)) {
    case PamConversation::Event::Messages:
        state_ = State::Asked;
        return send(step, pam_->conversation().messages());
    case PamConversation::Event::Finished:
        return conclude(step);
    case PamConversation::Event::Late:
        break;
    }
    return fail("PAM hadn't decided when the time for the login was over");
}

uint32_t PamServer::conclude(netsane_auth_step_v1 &step)
{
    const PamResult &result = pam_->result();
    judgement_ = judgePamResult(result);
    if (judgement_->password_expired) {
        state_ = State::Told;
        return send(step, {{NETSANE_PROMPT_ERROR, "The password has expired. Change it on the server."}});
    }
    if (judgement_->verdict != NETSANE_VERDICT_OK)
        return refuse(step, *judgement_);
    if (!result.conversation_error.empty())
        logText(NETSANE_LOG_WARNING, result.conversation_error);
    if (host_.set_identity(exchange_, result.user.c_str()) != 0) {
        host_.set_reason(exchange_, "PAM's user name can't be used");
        return NETSANE_VERDICT_INTERNAL;
    }
    return NETSANE_VERDICT_OK;
}

uint32_t PamServer::refuse(netsane_auth_step_v1 &step, const PamJudgement &judgement) const
{
    constexpr uint64_t us_per_ms = 1000;
    const uint64_t wait_ms = (uint64_t{pam_->result().delay_us} + us_per_ms - 1) / us_per_ms;
    step.wait_ms = static_cast<uint32_t>(std::min<uint64_t>(wait_ms, std::numeric_limits<uint32_t>::max()));
    host_.set_reason(exchange_, judgement.reason.c_str());
    return judgement.verdict;
}

uint32_t PamServer::send(netsane_auth_step_v1 &step, const std::vector<PamMessage> &messages)
{
    sent_ = messages;
    fields_.clear();
    styles_.clear();
    styles_.reserve(sent_.size());
    for (const PamMessage &message : sent_) {
        const auto style = static_cast<unsigned char>(message.style);
        styles_.push_back({0, 0, 0, style});
        fields_.push_back({styles_.back().data(), styles_.back().size()});
        fields_.push_back({message.text.c_str(), message.text.size() + 1});
    }
    step.out = fields_.data();
    step.out_count = static_cast<uint32_t>(fields_.size());
    return NETSANE_VERDICT_CONTINUE;
}

} // namespace netsane
