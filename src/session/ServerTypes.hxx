// What the server's command-stage engine is told and what it asks for.
//
// ServerHost is implemented by the session process (daemon/) and by tests. The engine calls it from within its own
// functions; answers come back later through ServerSession's functions, never from within the call.
#pragma once

#include "protocol/DeviceMessages.hxx"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace netsane {

using SessionTime = std::chrono::steady_clock::time_point;
using SessionDuration = std::chrono::milliseconds;

// A device channel within one connection; chosen by the engine, never reused on that connection.
using DeviceKey = std::uint32_t;

// One login attempt within one connection; never reused on that connection.
using ExchangeKey = std::uint32_t;

// An auth method that the auth process has loaded.
struct AuthMethodInfo {
    std::uint32_t id = 0;
    std::uint32_t flags = 0; // NETSANE_FLAG_… of plugin.h
    std::string name;
};

struct SessionSettings {
    std::string greeting = "netsaned";
    std::vector<std::uint32_t> crypt_methods; // ids in the order of preference
    std::vector<AuthMethodInfo> auth_methods; // in the order of preference; empty: nobody is asked
    bool login_at_connect = false;            // before any command; else when a device is opened that needs it
    bool allow_clear_passwords = false;
    unsigned auth_tries = 3;
    SessionDuration auth_fail_delay{2000};
    SessionDuration login_timeout{60000};
    SessionDuration idle_timeout{1800000}; // with a device open and no request; zero: none
    SessionDuration close_timeout{30000};  // from an abort on, until the device has to have answered
    SessionDuration progress_interval{10000};
};

struct PeerInfo {
    std::string address; // as text, for logs and for people
    bool local = false;  // loopback or a unix socket: nobody can listen in
};

// A frame that was scanned, or as much of it as was.
struct ScanSummary {
    Status status = Status::good; // EOF where the whole frame was delivered; else why it ended
    std::uint64_t image_bytes = 0;
};

class ServerHost {
public:
    // → ServerSession::devicesListed()
    virtual void listDevices() = 0;

    // → ServerSession::deviceOpened(); the host watches who may do what
    virtual void openDevice(DeviceKey key, std::string_view name) = 0;

    // Bytes of whole messages for a device that was opened. The host buffers them.
    virtual void sendToDevice(DeviceKey key, std::span<const std::byte> bytes) = 0;

    // Bytes of the client's stream, before which nothing waits to be sent: sends what can be sent without waiting and
    // returns how much that was. The engine keeps the rest for output(). A copy of each block of an image less.
    virtual std::size_t sendToClient(std::span<const std::byte> /*bytes*/) { return 0; }

    // The engine has done with the device. It may already have told it to close.
    virtual void closeDevice(DeviceKey key) = 0;

    // → ServerSession::loginContinues(), loginFailed() or loggedIn()
    struct LoginStart {
        ExchangeKey exchange;
        std::uint32_t method;
        std::string user;
        bool confidential;
        unsigned attempt;
        std::vector<std::byte> channel_binding{}; // of the encrypted connection; empty: there is none
        std::string peer_name{};                  // that the client's certificate proves; "": none does
    };
    virtual void startLogin(const LoginStart &login) = 0;
    virtual void continueLogin(ExchangeKey exchange, std::vector<std::vector<std::byte>> fields) = 0;
    virtual void cancelLogin(ExchangeKey exchange) = 0;

    // For the audit log. key is open still.
    virtual void scanEnded(DeviceKey key, const ScanSummary &scan) = 0;
    // A login that was asked for has ended without anybody's refusal.
    virtual void loginGivenUp(std::string_view reason) = 0;

    // Who had logged in is forgotten, because another crypto method was switched to (protocol.md §5): from now on the
    // connection may do what one without a login may.
    virtual void loginForgotten() {}

    // For the log: one line about this connection.
    virtual void logSession(std::string_view text) = 0;

protected:
    ~ServerHost() = default;
};

// The host's answer to openDevice().
struct OpenDecision {
    enum class Kind { opened, refused, login_needed };
    Kind kind;
    Outcome outcome; // for refused
};

} // namespace netsane
