// The messages that are not requests: greeting, crypto, login, errors (protocol.md §3 to §6, §9).
//
// Plain values. encode…() appends one whole message to a buffer; decode…() reads a complete message and throws
// ProtocolError where it is malformed. Strings in decoded values are copies.
#pragma once

#include "protocol/Numbers.hxx"
#include "util/ByteBuffer.hxx"
#include "wire/Message.hxx"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace netsane {

// protocol.md §5.2: what was said in clear, as whole messages one behind the other.
struct Transcript {
    std::vector<std::byte> server_sent;
    std::vector<std::byte> server_read;

    friend bool operator==(const Transcript &, const Transcript &) = default;
};

// protocol.md §4. A progress note has no revision. A transcript needs an extension.
struct Hello {
    std::string text;
    std::optional<std::uint32_t> revision;
    std::vector<std::uint32_t> extensions;
    std::optional<Transcript> transcript{};

    bool announces(std::uint32_t extension) const noexcept;
};

void encodeHello(ByteBuffer &out, const Hello &hello);
Hello decodeHello(MessageView message);

// protocol.md §5
void encodeCryptRequest(ByteBuffer &out, std::span<const std::uint32_t> methods);
std::vector<std::uint32_t> decodeCryptRequest(MessageView message);
void encodeCryptReply(ByteBuffer &out, std::uint32_t method);
std::uint32_t decodeCryptReply(MessageView message);

// protocol.md §6.1. The server's USER is a bare command; the client's has the name (1 to 255 bytes).
void encodeUserRequest(ByteBuffer &out);
void encodeUser(ByteBuffer &out, std::string_view name);
std::string decodeUser(MessageView message);

// PASS_REQ and PASS_RPLY: a method and its fields, each as raw bytes (a string field with its NUL).
struct PassMessage {
    std::uint32_t method;
    std::vector<std::vector<std::byte>> fields;
};

// command is pass_request or pass_reply. Empty fields are not possible on the wire and are left out.
void encodePass(ByteBuffer &out, Command command, const PassMessage &pass);
PassMessage decodePass(MessageView message);

void encodeWelcome(ByteBuffer &out, std::string_view name);
std::string decodeWelcome(MessageView message);

// The client's CMD_FAIL (protocol.md §6.1, §6.5): refuses USER, or a method while naming those that it can do.
struct ClientFail {
    std::uint32_t command;
    std::vector<std::uint32_t> methods;
};

void encodeClientFail(ByteBuffer &out, const ClientFail &fail);
ClientFail decodeClientFail(MessageView message);

// The server's CMD_FAIL (protocol.md §9): why it closes.
struct ServerFail {
    std::uint32_t command;
    std::string reason;
};

void encodeServerFail(ByteBuffer &out, const ServerFail &fail);
ServerFail decodeServerFail(MessageView message);

// A message that is its command alone: QUIT, INIT, EXIT, GDEV, and the replies of EXIT, CLOS, ABRT.
void encodeBare(ByteBuffer &out, Command command);

} // namespace netsane
