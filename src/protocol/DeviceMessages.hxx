// Requests and replies of the command stage (protocol.md §7).
//
// Plain values with an encode…() and a decode…() each. Requests that concern a handle carry it as bytes; between
// the session process and a device process, where the connection is the handle, the same messages travel with
// the one-byte handle `channel_handle`. Replies carry no handle and are the same everywhere.
#pragma once

#include "protocol/Numbers.hxx"
#include "protocol/OptionDescriptor.hxx"
#include "protocol/Parameters.hxx"
#include "protocol/ToldState.hxx"
#include "util/ByteBuffer.hxx"
#include "wire/Message.hxx"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace netsane {

using HandleBytes = std::vector<std::byte>;
inline constexpr std::array<std::byte, 1> channel_handle{std::byte{1}};

// CLOS, PARM, STAR, ABRT, GSFD: a handle and nothing else. Every request with a handle has it as its first field,
// so decodeHandle() reads any of them. Empty, like no handle there is, for one longer than max_handle_bytes.
void encodeHandleRequest(ByteBuffer &out, Command command, std::span<const std::byte> handle);
HandleBytes decodeHandle(MessageView message);

// Copies a request with another handle: what the session process does between client and device process.
void encodeWithHandle(ByteBuffer &out, MessageView request, std::span<const std::byte> handle);

struct OpenRequest {
    std::string device; // at most max_device_name_bytes, else ProtocolError
};
void encodeOpenRequest(ByteBuffer &out, const OpenRequest &request);
OpenRequest decodeOpenRequest(MessageView message);

void encodeStatusTextRequest(ByteBuffer &out, std::uint32_t status);
std::uint32_t decodeStatusTextRequest(MessageView message);

struct GetOptionRequest {
    std::int32_t option;
};
void encodeGetOptionRequest(ByteBuffer &out, std::span<const std::byte> handle, const GetOptionRequest &request);
GetOptionRequest decodeGetOptionRequest(MessageView message);

struct ControlOptionRequest {
    std::int32_t option;
    Action action;
    ValueType type;
    OptionValue value; // for Action::set
};
void encodeControlOptionRequest(ByteBuffer &out, std::span<const std::byte> handle,
                                const ControlOptionRequest &request);
ControlOptionRequest decodeControlOptionRequest(MessageView message);

struct ReadRequest {
    std::uint32_t max_bytes; // 1 or more
};
void encodeReadRequest(ByteBuffer &out, std::span<const std::byte> handle, const ReadRequest &request);
ReadRequest decodeReadRequest(MessageView message);

void encodeSetIoModeRequest(ByteBuffer &out, std::span<const std::byte> handle, bool non_blocking);
bool decodeSetIoModeRequest(MessageView message);

// A status and, where it isn't good, the reason for people (protocol.md §7.1).
struct Outcome {
    Status status = Status::good;
    std::string reason;
};

struct InitReply {
    Outcome outcome;
    std::uint32_t version_code = 0;
};
void encodeInitReply(ByteBuffer &out, const InitReply &reply);
InitReply decodeInitReply(MessageView message);

void encodeStatusTextReply(ByteBuffer &out, std::string_view text);
std::string decodeStatusTextReply(MessageView message);

struct DeviceEntry {
    std::string name;
    std::string vendor;
    std::string model;
    std::string type;

    bool operator==(const DeviceEntry &) const = default;
};

struct GetDevicesReply {
    Outcome outcome;
    std::vector<DeviceEntry> devices;
};
void encodeGetDevicesReply(ByteBuffer &out, const GetDevicesReply &reply);
GetDevicesReply decodeGetDevicesReply(MessageView message);

struct OpenReply {
    Outcome outcome;
    HandleBytes handle;
    std::optional<std::vector<OptionDescriptor>> descriptors; // extension 2
    std::optional<ToldState> told{};                          // extension 4, only with descriptors
};
// with_values: the reply is one of extension 4, and what stands behind the descriptors is read too.
void encodeOpenReply(ByteBuffer &out, const OpenReply &reply);
OpenReply decodeOpenReply(MessageView message, bool with_values = false);

// Nothing for an option that doesn't exist.
void encodeGetOptionReply(ByteBuffer &out, const OptionDescriptor *descriptor);
std::optional<OptionDescriptor> decodeGetOptionReply(MessageView message);

struct ControlOptionReply {
    Outcome outcome;
    std::uint32_t info = 0;
    ValueType type = ValueType::boolean;
    std::optional<OptionValue> value;
    std::optional<std::vector<OptionDescriptor>> descriptors; // extension 2, after info_reload_options

    // Extension 4, after a set or an automatic set, in the place of `descriptors`.
    struct News {
        std::vector<ToldDescriptor> descriptors; // those that changed
        ToldState told;
    };
    std::optional<News> news{};
};
void encodeControlOptionReply(ByteBuffer &out, const ControlOptionReply &reply);
// expect_value: whether the request's action and the option's type and size mean that a value comes (protocol.md §7.8).
// with_values: whether it is the reply of extension 4 to a request that sets something.
ControlOptionReply decodeControlOptionReply(MessageView message, bool expect_value, bool with_values = false);

struct GetParametersReply {
    Outcome outcome;
    Parameters parameters;
};
void encodeGetParametersReply(ByteBuffer &out, const GetParametersReply &reply);
GetParametersReply decodeGetParametersReply(MessageView message);

struct StartReply {
    Outcome outcome;
    std::optional<Parameters> parameters; // absent from a server that follows the 1997 text alone
    std::uint32_t byte_order = 0;         // 0 when absent
};
void encodeStartReply(ByteBuffer &out, const StartReply &reply);
StartReply decodeStartReply(MessageView message);

// READ's reply with data: header and end mark for a writer that has the data elsewhere. The message is
// header, then data_bytes of data, then end mark. data_bytes must not be 0.
inline constexpr std::size_t read_reply_header_bytes = 20;
inline constexpr std::array<std::byte, 4> end_mark{};
std::array<std::byte, read_reply_header_bytes> readReplyHeader(std::uint32_t data_bytes) noexcept;

struct ReadReply {
    Outcome outcome;
    std::span<const std::byte> data; // a view into the message
};
void encodeReadReply(ByteBuffer &out, const ReadReply &reply);
ReadReply decodeReadReply(MessageView message);

// IOMO.
void encodeOutcomeReply(ByteBuffer &out, Command command, const Outcome &outcome);
Outcome decodeOutcomeReply(MessageView message);

// GSFD.
void encodeSelectFdReply(ByteBuffer &out, const Outcome &outcome);

// Answers any request that has a handle with a status that isn't good, in that command's shape; for commands whose
// reply has no status, the reply that means "none" (protocol.md §7.1).
void encodeRefusal(ByteBuffer &out, Command command, const Outcome &outcome);

} // namespace netsane
