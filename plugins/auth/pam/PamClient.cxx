#include "PamClient.hxx"

#include <algorithm>
#include <cstring>
#include <optional>
#include <span>

namespace netsane {

namespace {

constexpr size_t int_bytes = 4;

/// A style of §6.4, or 0.
uint32_t readStyle(const netsane_field &field)
{
    if (field.size != int_bytes)
        return 0;
    const auto *const bytes = static_cast<const unsigned char *>(field.data);
    const bool small = std::all_of(bytes, bytes + int_bytes - 1, [](unsigned char byte) { return byte == 0; });
    const uint32_t style = bytes[int_bytes - 1];
    return small && style <= NETSANE_PROMPT_ERROR ? style : 0;
}

/// Nothing if it isn't as §6.4 says.
std::optional<std::vector<PamMessage>> readRequest(std::span<const netsane_field> fields)
{
    if (fields.size() % 2 != 0 || fields.size() / 2 > max_pam_messages)
        return std::nullopt;
    std::vector<PamMessage> messages;
    for (size_t i = 0; i < fields.size(); i += 2) {
        const uint32_t style = readStyle(fields[i]);
        const netsane_field &text = fields[i + 1];
        const auto *const begin = static_cast<const char *>(text.data);
        if (style == 0 || text.size == 0 || text.size > max_pam_text_bytes ||
            std::memchr(begin, '\0', text.size) != begin + text.size - 1)
            return std::nullopt;
        messages.push_back({style, {begin, text.size - 1}});
    }
    return messages;
}

} // namespace

PamClient::PamClient(const netsane_host_v1 &host, const netsane_auth_params_v1 &params)
    : host_(host), exchange_(params.exchange), answers_(nullptr, HostMemoryDeleter{&host})
{
}

uint32_t PamClient::decline(const char *reason) const
{
    host_.set_reason(exchange_, reason);
    return NETSANE_VERDICT_NOT_APPLICABLE;
}

uint32_t PamClient::step(netsane_auth_step_v1 &step)
{
    fields_.clear();
    answers_.reset();
    // All of it is looked at before the person sees any of it.
    const auto messages = readRequest({step.in, step.in_count});
    if (!messages)
        return decline("the server's PASS_REQ has something else than texts of styles 1 to 4");
    for (const PamMessage &message : *messages)
        if (!handle(message))
            return decline("a question was not answered");
    step.out = fields_.data();
    step.out_count = static_cast<uint32_t>(fields_.size());
    return NETSANE_VERDICT_CONTINUE;
}

bool PamClient::handle(const PamMessage &message)
{
    if (message.isQuestion())
        return ask(message);
    // A text that can't be shown is no reason to give up.
    host_.prompt(exchange_, message.style, message.text.c_str(), nullptr, 0);
    return true;
}

bool PamClient::ask(const PamMessage &message)
{
    if (!answers_)
        answers_ = makeHostMemory<Answers>(host_);
    char(&answer)[max_pam_text_bytes] = answers_->texts[fields_.size()];
    if (host_.prompt(exchange_, message.style, message.text.c_str(), answer, sizeof answer) != 0)
        return false;
    fields_.push_back({answer, std::strlen(answer) + 1});
    return true;
}

} // namespace netsane
