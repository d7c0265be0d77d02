// The client's end of the protocol, free of I/O: received bytes in, bytes to send out, requests in, replies out.
//
// Owned by one connection, one thread at a time. Greeting, crypto, login and progress notes are handled inside; the
// owner sees replies in the order of its requests. Whatever the server does wrong ends the session for good: failure()
// then says how. Memory: one incomplete message of at most 2 MiB, receive_bytes behind it, and what the owner sends.
// Nothing throws but std::bad_alloc. Source: protocol.md.
#pragma once

#include "protocol/Numbers.hxx"
#include "protocol/OutstandingRequests.hxx"
#include "session/ClientCrypt.hxx"
#include "session/ClientLogin.hxx"
#include "session/ClientPolicy.hxx"
#include "session/SessionTransport.hxx"
#include "util/ByteBuffer.hxx"

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace netsane {

struct SessionFailure {
    Status status; // io_error, or access_denied when a login came to nothing
    std::string reason;
};

class ClientSession {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    static constexpr std::size_t receive_bytes = 256 * 1024;
    // Silence with a request outstanding that means a dead server (protocol.md §4). What ends it is a whole message, or
    // this much of a large one.
    static constexpr std::chrono::seconds max_silence{30};
    static constexpr std::size_t progress_bytes = 32 * 1024;
    // Greeting and crypto negotiation, where the policy has no deadline for them and when a server greets anew.
    static constexpr std::chrono::seconds max_opening{10};
    // From USER to the server's decision.
    static constexpr std::chrono::seconds max_login{60};
    // Of what events have made us say, unsent.
    static constexpr std::size_t max_event_output_bytes = 64 * 1024;

    // Keeps the reference.
    ClientSession(ClientPolicy policy, MethodSource &methods);
    ClientSession(const ClientSession &) = delete;
    ClientSession &operator=(const ClientSession &) = delete;

    // Shows it all messages from now on. It must outlive the session.
    void setTap(SessionTap &tap) noexcept { transport_.setTap(&tap); }

    // ---- the wire

    // Room to receive into; invalidates the last reply. Then say how much was received.
    std::span<std::byte> prepareInput();
    void commitInput(std::size_t received_bytes) noexcept;

    // Fails the session if one of its deadlines has passed. To be called when all that was received has been through
    // nextReply(), whether that was something or nothing.
    void keepTime(TimePoint now);

    // When keepTime() would fail the session; nothing where nothing is awaited, and before its first call since.
    std::optional<TimePoint> deadline() const noexcept;

    // Nothing more will be received. The session fails once the replies received so far have been taken.
    void endInput(const std::string &reason);

    // What is to be sent; then say how much of it was. After a failure that may still be the crypt method's last word
    // to the server: as much of it as can be sent without waiting should be.
    std::span<const std::byte> output();
    void consumeOutput(std::size_t sent_bytes) noexcept;

    // ---- requests and replies

    // False when the session has failed or as many requests are outstanding as may be (protocol.md §8). True for any
    // request, but maybe for one READ less than could be sent.
    bool canRequest() const noexcept { return !failure_ && outstanding_.hasRoom(Command::init); }

    // How many READs may be sent with a place kept for another request, an ABRT.
    std::size_t readsAllowed() const noexcept { return outstanding_.readsAllowed(); }

    // Notes a request as outstanding; the caller appends exactly that one message to the buffer at once.
    // Only if canRequest().
    ByteBuffer &request(Command command);

    // QUIT: no reply will come, and nothing may be asked any more. The crypt method's goodbye goes behind it.
    void quit();

    // The next reply, valid until the next nextReply() or prepareInput(); events before it are handled on the way.
    // Nothing when more bytes are needed, when the session has failed, or while a login is wanted.
    std::optional<MessageView> nextReply();

    // The same without replies: events are handled until the session is open, and nothing behind that.
    void advanceOpening();

    std::size_t outstanding() const noexcept { return outstanding_.count(); }

    // Of these, those that are put out; the others wait for the session to be open.
    std::size_t sent() const noexcept { return outstanding_.count() - held_count_; }

    // True if the server announced the extension (protocol.md §2.5).
    bool announces(std::uint32_t extension) const noexcept;
    // True if extension 4 is in force: both ends have announced it.
    bool tellsValues() const noexcept;

    // True when the greeting and the crypto negotiation are over.
    bool isOpen() const noexcept { return state_ == State::open; }

    // ---- login

    // The server asks for a login and there are no credentials: call login() or refuseLogin(), or close.
    bool loginWanted() const noexcept { return !failure_ && login_.state() == LoginState::wanted; }
    LoginState loginState() const noexcept { return login_.state(); }
    const std::string &loginReason() const noexcept { return login_.reason(); }

    // May be called before the server asks. False if the user name is none (1 to 255 bytes).
    bool login(Credentials credentials);
    void refuseLogin(const std::string &reason);

    // ---- the end

    // For replies that the owner finds malformed.
    void fail(const std::string &reason) noexcept;
    const std::optional<SessionFailure> &failure() const noexcept { return failure_; }

private:
    enum class State { greeting, crypt_follows, open };

    bool encrypted() const noexcept { return !transport_.isClear(); }
    ByteBuffer &sink() noexcept { return transport_.messages(); }
    bool holdsRequests() const noexcept { return (state_ != State::open && !speaks_first_) || crypt_.isAsked(); }

    std::optional<MessageView> process(bool only_opening);
    void handleEvent(MessageView message);
    std::size_t unsentBytes() const noexcept { return held_.size() + transport_.unsentBytes(); }
    void keepLoginTime(TimePoint now);
    void keepSilence(TimePoint now);
    std::optional<MessageView> nextMessage();
    bool isNextReply(MessageView message);
    void onEvent(MessageView message);
    void onHello(MessageView message);
    void setExtensions(std::vector<std::uint32_t> extensions);
    void onServerFail(MessageView message);
    void openCommands();
    void putOut();
    void sendHello();
    bool isHandshakeDone();
    std::string endText() const;
    void chooseCrypt();

    const ClientPolicy policy_;
    // A password may stand in what is said.
    SessionTransport transport_{limits_before_login, ByteBuffer::Contents::secret};
    ClientCrypt crypt_;
    ClientLogin login_;
    State state_ = State::greeting;
    bool hello_sent_ = false;
    bool speaks_first_ = false; // in this greeting, which has to come under encryption
    bool was_open_good_ = false;
    std::vector<std::uint32_t> extensions_;
    ByteBuffer held_; // requests that wait for the greeting or the crypto switch

    OutstandingRequests outstanding_;
    std::array<std::uint8_t, max_outstanding_with_reads> commands_{}; // of them, a ring
    std::size_t first_ = 0;
    std::size_t held_count_ = 0; // the last ones, which stand in held_

    std::size_t event_output_bytes_ = 0; // put out by events and not yet sent
    std::size_t progress_ = 0;           // bytes since silent_since_ was set or reset
    std::optional<TimePoint> silent_since_;
    std::optional<TimePoint> open_deadline_;
    std::optional<TimePoint> login_deadline_;
    std::optional<std::string> end_reason_;
    std::optional<SessionFailure> failure_;
};

} // namespace netsane
