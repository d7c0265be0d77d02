// What the daemon's processes say to each other, over SOCK_SEQPACKET: one packet, one message in the wire encoding.
//
// Each process treats what it receives as hostile: decode…() throws ProtocolError for anything malformed. Descriptors
// travel beside the message (os/Socket.hxx). A connection is named by the number that the supervisor gave it, never
// reused.
#pragma once

#include "protocol/DeviceMessages.hxx"
#include "session/ServerTypes.hxx"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace netsane {

using ConnectionId = std::uint32_t;

inline constexpr std::size_t max_peer_name_bytes = 256;
inline constexpr std::size_t max_binding_bytes = 1024;
inline constexpr std::size_t max_method_name_bytes = 64;

enum class IpcCommand : std::uint32_t {
    // supervisor → session
    session_setup = 256, // SessionSetup + descriptors
    auth_channel,        // + descriptor: the channel to the auth process
    new_connection,      // NewConnection + descriptors: the socket (, the file of its recording)
    open_result,         // OpenResult (+ descriptor: the device channel)
    device_list,         // DeviceList
    logged_in,           // Identity
    // supervisor → auth
    auth_setup,      // AuthSetup
    session_channel, // + descriptor: the channel to the session process
    // supervisor → both
    ping, // → pong, at once
    // session → supervisor
    connection_closed, // ConnectionNote
    open_device,       // DeviceNote with a name
    close_device,      // DeviceNote
    list_devices,      // ConnectionNote
    scan_ended,        // ScanNote
    login_given_up,    // LoginNote
    // auth → supervisor
    identity,      // Identity
    login_refused, // LoginRefusal
    // both → supervisor
    ready,
    pong,
    start_failed, // a reason
    // session → auth
    auth_start,  // AuthStart
    auth_step,   // AuthFields
    auth_cancel, // ExchangeNote
    // auth → session
    auth_methods,        // list of AuthMethodInfo
    auth_continue,       // AuthFields
    auth_failed,         // ExchangeNote
    auth_not_applicable, // ExchangeNote
    // auth → the process of one exchange, and back
    exchange_step,    // AuthFields
    exchange_outcome, // ExchangeOutcome
    // session → supervisor
    crypt_chosen,    // CryptNote
    login_forgotten, // ConnectionNote: it is nobody's from now on
    // supervisor → certificate
    make_certificate, // CertificateWish
    // certificate → supervisor
    certificate_made, // a text for the log, empty if it was there
    // session, auth and discovery → supervisor
    confined, // a text: what holds the process in its place, for the log
    // supervisor → session
    ask_traffic,    // TrafficQuestion
    end_connection, // EndNote
    // session → supervisor
    traffic, // TrafficReport
    // supervisor → discovery
    discovery_setup, // DiscoverySetup
};

// What is announced in the network (protocol.md §13).
struct DiscoverySetup {
    std::string name;
    std::vector<std::string> text;      // the TXT record
    std::vector<std::string> addresses; // where the server listens

    bool operator==(const DiscoverySetup &) const = default;
};

// A file that the session process may not open itself.
struct HandedFile {
    std::string path;      // as in the configuration
    std::string real_path; // for messages
    std::string failure;   // why it isn't there; empty: the next descriptor beside the message
};

struct SessionSetup {
    std::string plugin_dir;
    std::vector<std::string> crypt; // names in order of preference
    bool expect_auth = false;       // an auth_channel follows
    bool login_at_connect = false;
    bool allow_clear_passwords = false;
    std::uint32_t auth_tries = 3;
    std::uint32_t auth_fail_delay_ms = 0;
    std::uint32_t login_timeout_ms = 0;
    std::uint32_t idle_timeout_ms = 0;
    std::uint32_t close_timeout_ms = 0;
    std::map<std::string, std::string> settings; // "crypt.tls.key" → value
    std::vector<HandedFile> files;               // + descriptors: what the settings name
    bool trial = false;                          // only to see whether it can be used
    bool confined_first = false; // as for a process that runs: it loads its methods where it is confined already
};

struct AuthSetup {
    std::string plugin_dir;
    std::vector<std::string> auth;
    std::string drop_to_user;                    // unless a method needs root; empty: stay
    std::map<std::string, std::string> settings; // "auth.unix.file" → value
    std::uint32_t step_timeout_ms = 0;           // for one step of a method
};

struct NewConnection {
    ConnectionId connection = 0;
    std::string peer;
    bool local = false;
    std::uint32_t trace_limit_mb = 0;     // of the recording, whose file is beside it; 0: none is made
    std::vector<ConnectionId> in_the_way; // one of them should go for it: the first that nothing is done for
    bool is_full = false;                 // else it has to go itself
};

struct OpenResult {
    ConnectionId connection = 0;
    DeviceKey device = 0;
    OpenDecision decision;
};

struct DeviceList {
    ConnectionId connection = 0; // 0: for nobody, only the version is of interest
    std::uint32_t version_code = 0;
    GetDevicesReply reply;
};

struct Identity {
    ConnectionId connection = 0;
    ExchangeKey exchange = 0;
    std::string user;
    std::string method; // for the log
};

// A login that a method refused: for the log, and for the penalties of its host.
struct LoginRefusal {
    ConnectionId connection = 0;
    std::string user; // as named by the client
    std::string method;
    std::string reason;
};

// A login that ended without a method's refusal: declined, too late, no method left.
struct LoginNote {
    ConnectionId connection = 0;
    std::string reason;
};

// The crypt method of a connection, from now on; for the log.
struct CryptNote {
    ConnectionId connection = 0;
    std::string method;
};

// A certificate of the server's own.
struct CertificateWish {
    std::string state_folder;
    std::vector<std::string> listeners; // "192.168.1.5:6576"; their hosts are among its names
};

struct ScanNote {
    ConnectionId connection = 0;
    DeviceKey device = 0;
    ScanSummary scan;
};

struct ConnectionNote {
    ConnectionId connection = 0;
};

struct DeviceNote {
    ConnectionId connection = 0;
    DeviceKey device = 0;
    std::string name; // open_device only
};

// How many bytes there were on each connection: asked for, and never told unasked.
struct TrafficQuestion {
    std::uint32_t serial = 0;
};

struct ConnectionTraffic {
    ConnectionId connection = 0;
    std::uint64_t received_bytes = 0; // from the client, as they were on the socket
    std::uint64_t sent_bytes = 0;
};

// In several packets where the connections are many.
struct TrafficReport {
    static constexpr std::size_t max_connections = 2000; // that fit into one packet

    std::uint32_t serial = 0; // of the question
    bool last = false;
    std::vector<ConnectionTraffic> connections;
};

// A connection that is to be ended, and what its client is told.
struct EndNote {
    ConnectionId connection = 0;
    std::string reason;
};

struct AuthStart {
    ConnectionId connection = 0;
    ExchangeKey exchange = 0;
    std::uint32_t method = 0;
    std::string user;
    std::string peer;
    bool confidential = false;
    bool local = false;
    std::uint32_t attempt = 0;
    std::uint32_t timeout_ms = 0;
    std::string peer_name;                  // verified by the crypt method; at most max_peer_name_bytes
    std::vector<std::byte> channel_binding; // at most max_binding_bytes; may be empty
};

struct AuthFields {
    ConnectionId connection = 0;
    ExchangeKey exchange = 0;
    std::vector<std::vector<std::byte>> fields;
};

struct ExchangeNote {
    ConnectionId connection = 0;
    ExchangeKey exchange = 0;
};

// A message that is its command alone, or its command and a text.
ByteBuffer encodeIpc(IpcCommand command);
ByteBuffer encodeIpc(IpcCommand command, std::string_view text);
std::string decodeText(MessageView message);

ByteBuffer encodeIpc(const SessionSetup &setup);
ByteBuffer encodeIpc(const DiscoverySetup &setup);
ByteBuffer encodeIpc(const AuthSetup &setup);
ByteBuffer encodeIpc(const NewConnection &connection);
ByteBuffer encodeIpc(const OpenResult &result);
ByteBuffer encodeIpc(const DeviceList &list);
ByteBuffer encodeIpc(IpcCommand command, const Identity &identity);
ByteBuffer encodeIpc(IpcCommand command, const ConnectionNote &note);
ByteBuffer encodeIpc(IpcCommand command, const DeviceNote &note);
ByteBuffer encodeIpc(IpcCommand command, const ExchangeNote &note);
ByteBuffer encodeIpc(const AuthStart &start);
ByteBuffer encodeIpc(IpcCommand command, const AuthFields &fields);
ByteBuffer encodeIpc(const LoginRefusal &refusal);
ByteBuffer encodeIpc(const LoginNote &note);
ByteBuffer encodeIpc(const ScanNote &note);
ByteBuffer encodeIpc(const CryptNote &note);
ByteBuffer encodeIpc(const CertificateWish &wish);
ByteBuffer encodeIpc(const TrafficQuestion &question);
ByteBuffer encodeIpc(const TrafficReport &report);
ByteBuffer encodeIpc(const EndNote &note);
ByteBuffer encodeIpc(const std::vector<AuthMethodInfo> &methods);

SessionSetup decodeSessionSetup(MessageView message);
AuthSetup decodeAuthSetup(MessageView message);
DiscoverySetup decodeDiscoverySetup(MessageView message);
NewConnection decodeNewConnection(MessageView message);
OpenResult decodeOpenResult(MessageView message);
DeviceList decodeDeviceList(MessageView message);
Identity decodeIdentity(MessageView message);
ConnectionNote decodeConnectionNote(MessageView message);
DeviceNote decodeDeviceNote(MessageView message);
ExchangeNote decodeExchangeNote(MessageView message);
AuthStart decodeAuthStart(MessageView message);
AuthFields decodeAuthFields(MessageView message);
LoginRefusal decodeLoginRefusal(MessageView message);
LoginNote decodeLoginNote(MessageView message);
ScanNote decodeScanNote(MessageView message);
CryptNote decodeCryptNote(MessageView message);
CertificateWish decodeCertificateWish(MessageView message);
TrafficQuestion decodeTrafficQuestion(MessageView message);
TrafficReport decodeTrafficReport(MessageView message);
EndNote decodeEndNote(MessageView message);
std::vector<AuthMethodInfo> decodeAuthMethods(MessageView message);

} // namespace netsane
