// One client connection in the session process: the socket, the device channels, and the engine between them.
//
// Owned by the SessionProcess, which passes on what the supervisor and the auth process say. Reports its end
// through ClientConnectionOwner::connectionEnded(), once; it is destroyed later, from the loop.
#pragma once

#include "daemon/CryptMethods.hxx"
#include "daemon/DeviceStream.hxx"
#include "daemon/IpcMessages.hxx"
#include "event/Watch.hxx"
#include "session/ServerSession.hxx"
#include "trace/TraceRecorder.hxx"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace netsane {

// The session process as a connection sees it.
class ClientConnectionOwner {
public:
    virtual void sendToSupervisor(const ByteBuffer &message) = 0;
    // False when there is no auth process at the moment.
    virtual bool sendToAuth(const ByteBuffer &message) = 0;
    virtual void connectionEnded(ConnectionId id) = 0;

protected:
    ~ClientConnectionOwner() = default;
};

class ClientConnection final : private ServerHost {
public:
    ClientConnection(EventLoop &loop, ClientConnectionOwner &owner, ConnectionId id, UniqueFd socket, PeerInfo peer,
                     const SessionSettings &settings, std::shared_ptr<const CryptMethods> crypt_methods,
                     std::uint32_t version_code);
    ~ClientConnection();

    // Before start(): writes what is said into this file, without its secrets.
    void record(UniqueFd file, std::uint32_t limit_mb);

    // Sends the greeting.
    void start() { update(); }

    // From the supervisor and the auth process.
    void openResult(const OpenResult &result, UniqueFd channel);
    void devicesListed(const GetDevicesReply &reply);
    void loggedIn(const Identity &identity);
    void authContinues(AuthFields fields);
    void authFailed(const ExchangeNote &note);
    void authNotApplicable(const ExchangeNote &note);
    void authGone();
    void authReady();
    void setVersionCode(std::uint32_t version_code) { session_.setVersionCode(version_code); }

    ServerSession::Use use() const noexcept { return session_.use(); }

    // Ends the connection with a note.
    void fail(const std::string &reason);
    // The same, now: it doesn't wait until the client has read the note.
    void failNow(const std::string &reason, bool quietly);

    ConnectionTraffic traffic() const noexcept { return {id_, received_bytes_, sent_bytes_}; }

private:
    // How much of what a device has said goes into what is to be sent.
    enum class Drain { as_client_reads, all };

    // ServerHost
    void listDevices() override;
    void openDevice(DeviceKey key, std::string_view name) override;
    void sendToDevice(DeviceKey key, std::span<const std::byte> bytes) override;
    std::size_t sendToClient(std::span<const std::byte> bytes) override;
    void closeDevice(DeviceKey key) override;
    void startLogin(const LoginStart &login) override;
    void continueLogin(ExchangeKey exchange, std::vector<std::vector<std::byte>> fields) override;
    void cancelLogin(ExchangeKey exchange) override;
    void scanEnded(DeviceKey key, const ScanSummary &scan) override;
    void loginGivenUp(std::string_view reason) override;
    void loginForgotten() override;
    void logSession(std::string_view text) override;

    // Every event goes through here: runs it, ends the session where the client has broken the protocol, then update().
    template<typename Event>
    void handle(const Event &event);

    void readable();
    void receive();
    void receiveRest();
    void deviceReadable(DeviceKey key);
    bool drainDevices();
    bool isFull() const noexcept; // the client doesn't take what there is
    bool drainDevice(DeviceKey key, DeviceStream &channel, Drain how_far);
    bool flush();
    void update();
    void schedule();
    void tellCrypt();
    void checkPeer();
    bool wantsInput();
    void end();

    EventLoop &loop_;
    ClientConnectionOwner &owner_;
    const ConnectionId id_;
    UniqueFd socket_;
    const SessionSettings &settings_;
    const std::shared_ptr<const CryptMethods> crypt_methods_; // must outlive the session
    std::optional<TraceRecorder> recorder_;                   // must outlive the session
    ServerSession session_;
    std::map<DeviceKey, std::unique_ptr<DeviceStream>> channels_;
    std::vector<std::unique_ptr<DeviceStream>> closed_channels_; // until nobody up the stack uses them
    std::vector<AuthStart> unstarted_logins_;                    // the auth process wasn't there
    bool finishing_ = false;                                     // the linger timer runs
    bool lingering_ = false;                                     // our side is shut down, the peer's isn't
    bool ended_ = false;
    std::uint64_t received_bytes_ = 0;
    std::uint64_t sent_bytes_ = 0;
    std::string told_crypt_ = "none"; // what the supervisor knows
    TimePoint scheduled_for_ = TimePoint::max();
    Timer timer_;
    Timer linger_timer_;
    Timer peer_timer_; // while there is something unsent
    bool peer_watched_ = false;
    FdWatch watch_; // last: must go before the socket
};

} // namespace netsane
