// The session process: holds all client connections. One event loop, no privileges, no devices, no passwords' stored
// forms.
//
// Runs in the program netsaned-session; talks to the supervisor and to the auth process over a packet channel each.
#pragma once

#include "daemon/ChildMain.hxx"
#include "daemon/ClientConnection.hxx"
#include "daemon/CryptMethods.hxx"
#include "daemon/IpcMessages.hxx"
#include "daemon/PacketChannel.hxx"
#include "daemon/RefusalLog.hxx"
#include "event/EventLoop.hxx"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace netsane {

class SessionProcess final : public ClientConnectionOwner {
public:
    SessionProcess(EventLoop &loop, UniqueFd supervisor_channel, ChildOptions options);
    ~SessionProcess();

    // Blocks until the supervisor is gone or says that the start has failed. The exit status of the program.
    int run();

private:
    // ClientConnectionOwner
    void sendToSupervisor(const ByteBuffer &message) override;
    bool sendToAuth(const ByteBuffer &message) override;
    void connectionEnded(ConnectionId id) override;

    void supervisorMessage(MessageView message, std::vector<UniqueFd> &fds);
    void authMessage(MessageView message);
    void authEnded();
    void supervisorEnded();
    void configure(const SessionSetup &setup, std::vector<UniqueFd> fds);
    void confine(const std::string &plugin_dir);
    void becomeReady();
    void tellTraffic(std::uint32_t serial);
    void addConnection(const NewConnection &connection, std::vector<UniqueFd> fds);
    bool makeRoom(const NewConnection &newcomer);
    bool mayLogEviction();
    void tellEvictions();
    void bury();
    ClientConnection *find(ConnectionId id) noexcept;

    EventLoop &loop_;
    const ChildOptions options_;
    bool confined_ = false;
    std::shared_ptr<const CryptMethods> crypt_methods_; // shared with connections: see there
    SessionSettings settings_;
    std::uint32_t version_code_ = 1U << 24; // until the supervisor knows better
    bool expect_auth_ = false;
    bool configured_ = false;
    bool ready_ = false;
    int exit_status_ = 0;
    std::map<ConnectionId, std::unique_ptr<ClientConnection>> connections_;
    std::vector<ConnectionId> ended_connections_; // in the map until the loop has left their functions
    RefusalLog evictions_;
    Timer evictions_timer_;
    Timer bury_;
    std::unique_ptr<PacketChannel> auth_;
    PacketChannel supervisor_;
};

} // namespace netsane
