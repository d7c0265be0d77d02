#include "PamMessages.hxx"

#include <cstdlib>
#include <cstring>
#include <new>
#include <stdexcept>

namespace netsane {

namespace {

/// 0 if the wire has none for it. PAM has error and information the other way round.
uint32_t wireStyle(int style)
{
    switch (style) {
    case PAM_PROMPT_ECHO_OFF:
        return NETSANE_PROMPT_HIDDEN;
    case PAM_PROMPT_ECHO_ON:
        return NETSANE_PROMPT_ECHO;
    case PAM_TEXT_INFO:
        return NETSANE_PROMPT_INFO;
    case PAM_ERROR_MSG:
        return NETSANE_PROMPT_ERROR;
    default:
        return 0;
    }
}

bool isInsideCharacter(char c)
{
    return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

std::string cutText(const char *text)
{
    constexpr size_t longest = max_pam_text_bytes - 1;
    if (text == nullptr)
        return {};
    const size_t size = ::strnlen(text, longest + 1);
    if (size <= longest)
        return {text, size};
    size_t end = longest;
    // a character of UTF-8 has at most three such bytes; more of them are another encoding
    while (end > longest - 3 && isInsideCharacter(text[end]))
        --end;
    return {text, isInsideCharacter(text[end]) ? longest : end};
}

} // namespace

std::vector<PamMessage> readPamMessages(int count, const pam_message *const *messages)
{
    if (messages == nullptr || count <= 0 || static_cast<size_t>(count) > max_pam_messages)
        throw std::runtime_error("a PAM module has " + std::to_string(count) +
                                 " messages at once, where 1 to 32 can be sent");
    std::vector<PamMessage> result;
    // Linux-PAM's layout: an array of pointers, and not a pointer to an array
    for (const pam_message *const message : std::span(messages, static_cast<size_t>(count))) {
        if (message == nullptr)
            throw std::runtime_error("a PAM module has a message that is none");
        const uint32_t style = wireStyle(message->msg_style);
        if (style == 0)
            throw std::runtime_error("a PAM module has a message of style " + std::to_string(message->msg_style) +
                                     ", which can't be sent");
        result.push_back({style, cutText(message->msg)});
    }
    return result;
}

PamResponses::PamResponses(size_t count)
    : responses_(static_cast<pam_response *>(std::calloc(count, sizeof(pam_response))), Deleter{count})
{
    if (!responses_)
        throw std::bad_alloc();
}

void PamResponses::set(size_t index, std::span<const char> text)
{
    auto *const copy = static_cast<char *>(std::malloc(text.size()));
    if (copy == nullptr)
        throw std::bad_alloc();
    std::memcpy(copy, text.data(), text.size());
    responses_[index].resp = copy;
}

void PamResponses::Deleter::operator()(pam_response *responses) const noexcept
{
    for (const pam_response &response : std::span(responses, count)) {
        if (response.resp != nullptr)
            ::explicit_bzero(response.resp, std::strlen(response.resp));
        std::free(response.resp);
    }
    std::free(responses);
}

} // namespace netsane
