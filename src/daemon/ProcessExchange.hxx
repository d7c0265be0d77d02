// A login whose method may block: the plugin runs in a process of its own, forked from the auth process.
//
// Owned by the AuthProcess through LoginExchange. The process has the plugins as they were initialised, one end of a
// packet socket and no other descriptor; it ends with its last verdict, with the auth process, or when this object
// does: killed at once where its outcome is still awaited.
#pragma once

#include "daemon/LoginExchange.hxx"
#include "daemon/PacketChannel.hxx"

#include <memory>
#include <sys/types.h>

namespace netsane {

class ProcessExchange final : public LoginExchange {
public:
    // Throws std::system_error when there are no more processes or descriptors.
    ProcessExchange(EventLoop &loop, ChildReaper &reaper, const Method &method, AuthParameters parameters,
                    OnOutcome on_outcome);
    ~ProcessExchange() override;

    void step(std::span<const AuthField> fields) override;

private:
    void received(MessageView message);
    void tell(ExchangeOutcome outcome);

    ChildReaper &reaper_;
    const OnOutcome on_outcome_;
    pid_t pid_ = -1;
    bool finished_ = false; // it has given its last verdict and ends by itself
    std::unique_ptr<PacketChannel> channel_;
};

} // namespace netsane
