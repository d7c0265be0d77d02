// What goes through PAM's conversation function, in both directions.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <netsane/plugin.h>
#include <security/pam_appl.h>
#include <span>
#include <string>
#include <vector>

namespace netsane {

/// Limits of PASS_PAM (protocol.md §6.4); they are Linux-PAM's own.
constexpr size_t max_pam_messages = 32;    ///< of one call of the conversation function
constexpr size_t max_pam_text_bytes = 512; ///< of a text or an answer, with its NUL

struct PamMessage {
    uint32_t style = 0; ///< the wire's number, a NETSANE_PROMPT_ one
    std::string text;

    bool isQuestion() const noexcept { return style == NETSANE_PROMPT_HIDDEN || style == NETSANE_PROMPT_ECHO; }
};

/// What a PAM module says in one call. A text that is too long is cut, between two characters if it is UTF-8. Throws
/// std::runtime_error for what can't be put on the wire, std::bad_alloc.
std::vector<PamMessage> readPamMessages(int count, const pam_message *const *messages);

/// The answers to one call of the conversation function: one place for each message, empty where there is nothing to
/// answer. In memory of malloc(3), because PAM's modules free it. Wiped at the end, unless it was released.
class PamResponses {
public:
    /// Throws std::bad_alloc.
    explicit PamResponses(size_t count);

    /// Copies a text with its NUL. Throws std::bad_alloc.
    void set(size_t index, std::span<const char> text);

    /// The array, which is now the caller's.
    [[nodiscard]] pam_response *release() noexcept { return responses_.release(); }

private:
    struct Deleter {
        size_t count;
        void operator()(pam_response *responses) const noexcept;
    };

    std::unique_ptr<pam_response[], Deleter> responses_;
};

} // namespace netsane
