// A PAM module for tests: its arguments say what it does, in their order. It protects nothing. As authentication:
//
//     hidden:TEXT echo:TEXT info:TEXT error:TEXT   a message of the next call of the conversation function
//     style:NUMBER                                 one of another style
//     times:NUMBER                                 the last message that often
//     long:NUMBER                                  that many letters x behind the last message
//     say                                          the call, which has to succeed
//     try                                          the call, whose failure is ignored
//     mute                                         the call, which has to succeed, with no place for answers
//     expect:TEXT                                  the answers of the last call, with "|" behind each, have to be these
//     report                                       one call with what PAM knows, as information
//     user:NAME                                    set PAM_USER
//     sleep:MILLISECONDS
//
// In a service's file an argument with spaces stands in [brackets]. Account management is always a success.

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <security/pam_modules.h>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

struct FreeResponses {
    size_t count;
    void operator()(pam_response *responses) const
    {
        for (pam_response &response : std::span(responses, count))
            std::free(response.resp);
        std::free(responses);
    }
};

class Script {
public:
    explicit Script(pam_handle_t *handle) : handle_(handle) {}

    int run(std::span<const char *const> lines)
    {
        for (const std::string_view line : lines) {
            const size_t colon = std::min(line.find(':'), line.size());
            const std::string value(line.substr(std::min(colon + 1, line.size())));
            if (const int code = act(line.substr(0, colon), value); code != PAM_SUCCESS)
                return code;
        }
        return PAM_SUCCESS;
    }

private:
    struct Message {
        int style;
        std::string text;
    };

    enum class Answers { Wanted, NotWanted };

    int act(std::string_view verb, const std::string &value)
    {
        if (const int style = styleOf(verb, value); style != 0)
            messages_.push_back({style, value});
        else if (verb == "times")
            messages_.resize(messages_.size() - 1 + std::stoul(value), Message(messages_.back()));
        else if (verb == "long")
            messages_.back().text += std::string(std::stoul(value), 'x');
        else if (verb == "say")
            return say();
        else if (verb == "try")
            say();
        else if (verb == "mute")
            return say(Answers::NotWanted);
        else if (verb == "expect")
            return answers_ == value ? PAM_SUCCESS : PAM_AUTH_ERR;
        else if (verb == "report")
            return report();
        else if (verb == "user")
            return ::pam_set_item(handle_, PAM_USER, value.c_str());
        else if (verb == "sleep")
            std::this_thread::sleep_for(std::chrono::milliseconds(std::stoul(value)));
        else
            return PAM_SYSTEM_ERR;
        return PAM_SUCCESS;
    }

    static int styleOf(std::string_view verb, const std::string &value)
    {
        if (verb == "hidden")
            return PAM_PROMPT_ECHO_OFF;
        if (verb == "echo")
            return PAM_PROMPT_ECHO_ON;
        if (verb == "info")
            return PAM_TEXT_INFO;
        if (verb == "error")
            return PAM_ERROR_MSG;
        return verb == "style" ? std::stoi(value) : 0;
    }

    int say(Answers wanted = Answers::Wanted)
    {
        const auto messages = std::exchange(messages_, {});
        answers_.clear();
        std::vector<pam_message> plain;
        for (const Message &message : messages)
            plain.push_back({message.style, message.text.c_str()});
        std::vector<const pam_message *> pointers;
        for (const pam_message &message : plain)
            pointers.push_back(&message);
        const void *item = nullptr;
        if (::pam_get_item(handle_, PAM_CONV, &item) != PAM_SUCCESS || item == nullptr)
            return PAM_SYSTEM_ERR;
        const auto *const conversation = static_cast<const pam_conv *>(item);
        pam_response *raw = nullptr;
        const int code = conversation->conv(static_cast<int>(pointers.size()), pointers.data(),
                                            wanted == Answers::Wanted ? &raw : nullptr, conversation->appdata_ptr);
        if (code != PAM_SUCCESS || raw == nullptr)
            return code;
        const std::unique_ptr<pam_response[], FreeResponses> responses(raw, FreeResponses{pointers.size()});
        for (size_t i = 0; i < pointers.size(); ++i)
            if (responses[i].resp != nullptr)
                answers_ += std::string(responses[i].resp) + "|";
        return PAM_SUCCESS;
    }

    std::string itemText(int item) const
    {
        const void *value = nullptr;
        const bool known = ::pam_get_item(handle_, item, &value) == PAM_SUCCESS && value != nullptr;
        return known ? static_cast<const char *>(value) : "(none)";
    }

    int report()
    {
        messages_ = {{PAM_TEXT_INFO, "service " + itemText(PAM_SERVICE) + ", user " + itemText(PAM_USER) + ", rhost " +
                                         itemText(PAM_RHOST) + ", tty " + itemText(PAM_TTY) + ", ruser " +
                                         itemText(PAM_RUSER)}};
        return say();
    }

    pam_handle_t *const handle_;
    std::vector<Message> messages_;
    std::string answers_;
};

} // namespace

extern "C" {

__attribute__((visibility("default"))) int pam_sm_authenticate(pam_handle_t *handle, int, int count, const char **lines)
{
    try {
        return Script(handle).run({lines, static_cast<size_t>(count)});
    } catch (...) {
        return PAM_ABORT;
    }
}

__attribute__((visibility("default"))) int pam_sm_setcred(pam_handle_t *, int, int, const char **)
{
    return PAM_SUCCESS;
}

__attribute__((visibility("default"))) int pam_sm_acct_mgmt(pam_handle_t *, int, int, const char **)
{
    return PAM_SUCCESS;
}
}
