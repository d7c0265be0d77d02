// The thread in which one login's PAM runs. Nothing in it calls the host.

#pragma once

#include "PamTransaction.hxx"

#include <memory>
#include <thread>

namespace netsane {

/// Owned by a PamServer, in the host's thread.
class PamThread {
public:
    /// Starts it. Throws std::system_error.
    explicit PamThread(PamRequest request);

    /// Ends the conversation, which brings PAM to its end, and waits for that. A module that doesn't come back within
    /// a second is left to itself: it then only touches memory that stays for it. (The host gives each exchange a
    /// process of its own, which ends soon.)
    ~PamThread();
    PamThread(const PamThread &) = delete;
    PamThread &operator=(const PamThread &) = delete;

    PamConversation &conversation() noexcept { return transaction_->conversation(); }
    const PamResult &result() const noexcept { return transaction_->result(); }

private:
    // shared with the thread, which may outlive this object
    const std::shared_ptr<PamTransaction> transaction_;
    std::thread thread_;
};

} // namespace netsane
