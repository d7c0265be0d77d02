// A connection to a server: the socket under a ClientSession, and the waiting.
//
// Owned by a handle, a listing or a netsane_connection; one thread at a time. advance() never blocks and is for loops
// over several connections; the wait...() functions block in poll(2), and a WakeFd ends the wait. Errors are values:
// failure() says what is wrong, for good. Nothing throws but std::bad_alloc and, from the constructor,
// std::system_error.
#pragma once

#include "client/ClientMethods.hxx"
#include "client/Connector.hxx"
#include "client/DebugLog.hxx"
#include "client/ReplyTimer.hxx"
#include "client/ServerTrust.hxx"
#include "client/WakeFd.hxx"
#include "session/ClientSession.hxx"
#include "trace/TraceRecorder.hxx"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace netsane {

struct ClientOptions {
    ServerName server;
    ServerSettings settings;
    std::string program; // for HELO
    // Used when the server asks for a login, instead of those of the settings and of files.
    std::optional<Credentials> credentials;
    DebugSink debug;
    // Whose login is looked for in the person's files (LoginFiles.hxx) if neither credentials nor settings have one;
    // the settings' user goes before.
    std::optional<std::string> user{};
    bool login_files = true;   // false: files are not looked at
    PromptCallback prompt{};   // see ClientPolicy
    bool wants_values = false; // see ClientPolicy
    // Where the server is, where that isn't to be looked up by its name; numeric.
    std::vector<std::string> addresses{};
    bool keep_trust = true; // false: what is learnt of the server is not written down
};

enum class WaitResult { reply, woken, timeout, login_wanted, failed };

class ClientConnection {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    static constexpr std::chrono::seconds default_connect_timeout{5};

    // Begins to connect, where that needs no lookup of a name.
    explicit ClientConnection(ClientOptions options);
    ClientConnection(const ClientConnection &) = delete;
    ClientConnection &operator=(const ClientConnection &) = delete;
    ~ClientConnection();

    // ---- without blocking

    // Connects, sends, receives as far as that goes now. Looking up a name may block (see Connector).
    void advance(TimePoint now);

    int fd() const noexcept { return connector_.state() == Connector::State::connecting ? connector_.fd() : fd_.get(); }
    short pollEvents();

    // When advance() should be called though nothing has happened.
    std::optional<TimePoint> nextDeadline() const noexcept;

    // Once isConnected(): the address of the server, numeric; empty for a unix socket.
    std::string peerText() const { return connector_.peerText(); }

    bool isConnected() const noexcept { return session_.has_value(); }

    // Only once isConnected().
    ClientSession &session() noexcept { return *session_; }

    // The shortest time that the server has taken for a reply; nothing before the first one.
    std::optional<ReplyTimer::Duration> shortestReply() const noexcept { return reply_timer_.shortest(); }

    // Once isConnected(): the server waits for a login, and neither options nor files have one. The first call that
    // finds it waiting reads the files, which blocks on the disk, and answers the server if they have one.
    bool loginWanted();

    // From now on loginWanted() reads no files: for calls that may come from a signal handler.
    void leaveLoginFiles() noexcept { files_read_ = true; }

    // When a login is wanted: the user's name, if it is known without a password; else empty.
    const std::string &knownUser() const noexcept { return known_user_; }

    // The first call that finds a failure gives the server its last word (an alert, the goodbye), without waiting.
    const std::optional<SessionFailure> &failure() noexcept;

    // ---- blocking

    // True when connected. wake may be nullptr.
    WaitResult waitConnected(WakeFd *wake);

    // The same, and then until greeting and crypto negotiation are over: `reply` when they are. Takes no reply.
    WaitResult waitOpen(WakeFd *wake, std::optional<TimePoint> deadline = std::nullopt);

    // The next reply into `reply`; login_wanted where loginWanted() would say so. With `deadline` it waits no longer
    // than that.
    WaitResult waitReply(MessageView &reply, WakeFd *wake, std::optional<TimePoint> deadline = std::nullopt);

    // The same without waiting: timeout if there is no reply now, or none within what a few receives bring. Sends what
    // can be sent.
    WaitResult tryReply(MessageView &reply);

    // Waits until the session is open and all output is sent, or the deadline, or the end of the session. Receives only
    // until the session is open, so that a reply that is being read stays where it is.
    void flush(TimePoint deadline);

    // The end of our side, without waiting: what the session has to say is said (its quit() should have been called),
    // and what has come unread is dropped, so that the system's close() is no reset, which could overtake it.
    void leave();

private:
    void makeSession();
    void explainFailure();
    void keepTrust();
    void sayLastWord() noexcept;
    void sendOutput();
    bool receiveInput();
    bool advanceOpening();
    bool waitForEvent(WakeFd *wake, std::optional<TimePoint> deadline);

    ClientOptions options_;
    ClientMethods methods_;
    Connector connector_;
    TimePoint started_; // the connect
    UniqueFd fd_;
    std::optional<ServerTrust> trust_;        // as long as the session, which asks it
    std::unique_ptr<TraceRecorder> recorder_; // as long as the session, whose messages it is shown; or none
    std::optional<ClientSession> session_;
    std::optional<SessionFailure> connect_failure_;
    ReplyTimer reply_timer_;
    bool last_word_said_ = false;
    bool was_drained_ = false;              // the last receive has left nothing behind
    std::optional<SessionFailure> failure_; // the session's, with what only this object knows
    bool files_read_ = false;
    std::string known_user_;
};

} // namespace netsane
