// Where the thread in which PAM runs and the host's thread meet. PAM's conversation function waits for its answers in
// place, an exchange goes step by step: so the two take turns. The host waits in one step for what PAM says, goes back
// to its caller, and brings the answers along in the next.
//
// No function calls PAM or the host. Owned by a PamTransaction.

#pragma once

#include "PamMessages.hxx"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <vector>

namespace netsane {

class PamConversation {
public:
    using Clock = std::chrono::steady_clock;

    enum class Event {
        Messages, ///< PAM waits for answer()
        Finished, ///< nothing more will come
        Late      ///< neither until the deadline
    };

    /// PAM's thread: hand these over and wait for the answers; nothing if there will be none. Blocks.
    std::optional<PamResponses> ask(std::vector<PamMessage> messages);

    /// PAM's thread: its last word.
    void finish() noexcept;

    /// Host: wait for PAM. Blocks, without a deadline for as long as it takes.
    Event wait(std::optional<Clock::time_point> deadline);

    /// Host, after Event::Messages and until answer(): what PAM says. PAM's thread stands still meanwhile.
    const std::vector<PamMessage> &messages() const noexcept { return messages_; }

    /// Host, after Event::Messages. @param responses one place for each message
    void answer(PamResponses responses);

    /// Host: no answer will come any more. Doesn't wait for PAM.
    void end() noexcept;

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<PamMessage> messages_;
    std::optional<PamResponses> responses_;
    bool asked_ = false;
    bool ended_ = false;
    bool finished_ = false;
};

} // namespace netsane
