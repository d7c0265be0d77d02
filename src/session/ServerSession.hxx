// The server's command-stage engine: one connection from greeting to end, without I/O.
//
// Owned by the session process, one per connection; one thread. Bytes from the client go in through receiveBuffer() and
// received(), bytes for it come out of output(). What needs the rest of the daemon is asked of a ServerHost, whose
// answers come in through devicesListed(), deviceOpened(), deviceMessage(), … Time is an argument. Source: protocol.md.
//
// Functions that take input throw ProtocolError when the client breaks the protocol; the owner then calls fail(), sends
// what output() has, and closes.
#pragma once

#include "plugin/Method.hxx"
#include "session/HandleTable.hxx"
#include "session/RequestQueue.hxx"
#include "session/ScanTally.hxx"
#include "session/ServerCrypt.hxx"
#include "session/ServerLogin.hxx"
#include "session/SessionTransport.hxx"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace netsane {

class ServerSession {
public:
    // settings, crypt_methods' methods and host must outlive the session. crypt_methods: what is offered, in the order
    // of preference; empty or NONE alone: nothing is asked.
    ServerSession(const SessionSettings &settings, std::vector<const Method *> crypt_methods, PeerInfo peer,
                  ServerHost &host, SessionTime now);
    ~ServerSession();
    ServerSession(const ServerSession &) = delete;
    ServerSession &operator=(const ServerSession &) = delete;

    // Before output() was called for the first time: shows it all messages. It must outlive the session.
    void setTap(SessionTap &tap) noexcept { transport_.setTap(&tap); }

    // --- the client's side ---
    std::span<std::byte> receiveBuffer(std::size_t min_bytes) { return transport_.receiveBuffer(min_bytes); }
    void received(std::size_t count_bytes, SessionTime now);
    void peerClosed();
    // The bytes to send next. Ends the session where the crypt method fails to make any.
    ByteBuffer &output();
    // What is to be sent, with that which the crypt method doesn't take yet.
    std::size_t unsentBytes() const noexcept { return transport_.unsentBytes(); }
    // False while the queue holds so much that more input has to wait.
    bool wantsInput() const noexcept;
    // Nothing more will come: close when output() is empty.
    bool isFinished() const noexcept { return finished_; }

    // Whether it could be ended for somebody else's sake. waits_for_client: a login was asked for, the client is
    // silent.
    enum class Use { idle, waits_for_client, in_use };
    Use use() const noexcept;

    // Ends the session with a CMD_FAIL note. Devices are closed.
    // quietly: without a line in the log.
    void fail(const std::string &reason, bool quietly = false);

    // --- the daemon's side ---
    void devicesListed(const GetDevicesReply &reply);
    void deviceOpened(DeviceKey key, const OpenDecision &decision, SessionTime now);
    // True when the next message of this channel is the next reply to be sent.
    bool wantsDevice(DeviceKey key) const noexcept;
    // A message from a device channel for which wantsDevice() is true.
    void deviceMessage(DeviceKey key, MessageView message, SessionTime now);
    // The channel has ended or broken; reason is for the client.
    void deviceGone(DeviceKey key, const std::string &reason, SessionTime now);
    void loginContinues(ExchangeKey exchange, std::vector<std::vector<std::byte>> fields);
    void loginFailed(ExchangeKey exchange, SessionTime now);
    void loginNotApplicable(ExchangeKey exchange, SessionTime now);
    void loggedIn(ExchangeKey exchange, const std::string &user, SessionTime now);
    void authGone(SessionTime now);
    // Asks for a switch of the crypto method, once no request is outstanding and no login going on; open handles stay
    // open, a login is forgotten. False, and nothing asked, where the connection is encrypted or being switched, or
    // there is nothing but NONE to choose. The methods must outlive the session.
    bool askForCrypt(std::vector<const Method *> methods, SessionTime now);
    void setVersionCode(std::uint32_t version_code) noexcept { version_code_ = version_code; }

    void tick(SessionTime now);
    // When tick() is needed next.
    std::optional<SessionTime> nextDeadline() const;

    // For logs: who is logged in, or "".
    const std::string &user() const noexcept { return login_.user(); }
    const PeerInfo &peer() const noexcept { return peer_; }
    // The crypt method that was chosen last, or "none"; its handshake may still be going on.
    const std::string &cryptName() const noexcept { return crypt_.name(); }

    void shrinkIfIdle() noexcept;

private:
    // connection matters
    void greet();
    void handle(MessageView message, SessionTime now);
    void handleHello(MessageView message);
    void handleCryptReply(MessageView message);
    bool finishSwitch();
    void askCryptIfIdle(SessionTime now);
    void askAtConnect(SessionTime deadline);
    void checkStream();
    void loginResult(ServerLogin::Result result, SessionTime now);
    void clientLeaves();
    void endCleanly();

    // requests
    void handleRequest(MessageView message, SessionTime now);
    void handleAbort(MessageView message, SessionTime now);
    bool cancelQueued(DeviceKey device, SessionTime now);
    void pump(SessionTime now);
    bool flushReady(SessionTime now);
    void popFront(SessionTime now);
    void refuseAll(const Outcome &outcome);
    bool beginNext(SessionTime now);
    void begin(RequestSlot &slot, MessageView request, SessionTime now);
    void beginLocal(RequestSlot &slot, MessageView request, SessionTime now);
    void beginDevice(RequestSlot &slot, MessageView request);
    void beginOpen(RequestSlot &slot, MessageView request);
    void passOn(std::span<const std::byte> bytes);
    void openReplied(RequestSlot &slot, MessageView message);
    void closeAllDevices();
    void dropDevice(DeviceKey key);
    void tellScan(DeviceKey key, const std::optional<ScanSummary> &scan);
    ServerState state() const noexcept;
    bool holdsRequests() const noexcept;
    bool waitsForClient() const noexcept;
    std::string_view noLoginReason() const;
    std::optional<SessionTime> abortDeadline() const noexcept;
    std::optional<SessionTime> idleDeadline() const noexcept;
    SessionTime setupDeadline() const noexcept;
    std::optional<SessionTime> cryptDeadline() const noexcept;

    const SessionSettings &settings_;
    const PeerInfo peer_;
    ServerHost &host_;
    const bool login_at_connect_; // as it was then: a change of the settings would leave nobody to ask
    SessionTransport transport_;
    ServerCrypt crypt_;
    ServerLogin login_;
    RequestQueue queue_;
    HandleTable handles_;
    ScanTally scans_;
    std::set<DeviceKey> dead_devices_; // handles that answer IO_ERROR from now on
    std::string opening_name_;         // of the OPEN at the front of the queue
    DeviceKey next_key_ = 1;
    Hello client_hello_;
    std::uint32_t version_code_;
    bool first_message_ = true;
    bool finished_ = false;
    bool was_told_anything_ = false; // a whole message has come
    SessionTime blame_since_;        // since when the request at the front of the queue could have been answered
    SessionTime last_sent_;
    SessionTime last_message_; // received
};

} // namespace netsane
