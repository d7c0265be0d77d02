#include "../util/Hex.hxx"
#include "protocol/ConnectionMessages.hxx"
#include "protocol/DeviceMessages.hxx"
#include "wire/FrameDecoder.hxx"
#include "wire/FrameEncoder.hxx"
#include "wire/ProtocolError.hxx"

#include <gtest/gtest.h>

#include <functional>

using namespace netsane;

namespace {

using Fill = std::function<void(FrameEncoder &)>;

std::vector<std::byte> make(Command command, const Fill &fill)
{
    ByteBuffer out;
    FrameEncoder message(out, static_cast<std::uint32_t>(command));
    fill(message);
    message.end();
    return {out.data().begin(), out.data().end()};
}

MessageView view(const std::vector<std::byte> &bytes)
{
    return viewMessage(bytes, limits_after_login);
}

void addOptionStart(FrameEncoder &message, std::uint32_t type, std::int32_t size, std::uint32_t constraint)
{
    message.string("n").string("t").string("d").integer(type).integer(0u).integer(size).integer(0u).integer(constraint);
}

const auto handle = fromHex("01");

// OPEN's reply without options, as far as the number of values.
FrameEncoder &addOpenedStart(FrameEncoder &message, std::uint32_t values)
{
    return message.integer(0u).opaque(handle).integer(0u).integer(values);
}

} // namespace

TEST(Messages, RejectValuesThatCannotBe)
{
    const auto user = [](MessageView in) { decodeUser(in); };
    const auto read = [](MessageView in) { decodeReadRequest(in); };
    const auto control = [](MessageView in) { decodeControlOptionRequest(in); };
    const auto option = [](MessageView in) { decodeGetOptionReply(in); };
    const auto opened = [](MessageView in) { decodeOpenReply(in, true); };
    const auto controlled = [](MessageView in) { decodeControlOptionReply(in, false, true); };
    const struct {
        const char *what;
        std::function<void(MessageView)> decode;
        Fill fill;
    } table[] = {
        {"empty user", user, [](FrameEncoder &m) { m.string(""); }},
        {"user of 256 bytes", user, [](FrameEncoder &m) { m.string(std::string(256, 'u')); }},
        {"device of 1024 bytes", [](MessageView in) { decodeOpenRequest(in); },
         [](FrameEncoder &m) { m.string(std::string(1024, 'd')); }},
        {"handle of 65 bytes from the server", [](MessageView in) { decodeOpenReply(in); },
         [](FrameEncoder &m) { m.integer(0u).opaque(std::vector<std::byte>(65)); }},
        {"READ of 0 bytes", read, [](FrameEncoder &m) { m.opaque(handle).integer(0u); }},
        {"READ of -1 bytes", read, [](FrameEncoder &m) { m.opaque(handle).integer(-1); }},
        {"value of 3 bytes", control,
         [](FrameEncoder &m) { m.opaque(handle).integer(1u).integer(1u).integer(1u).opaque(fromHex("010203")); }},
        {"text without NUL", control,
         [](FrameEncoder &m) { m.opaque(handle).integer(1u).integer(1u).integer(3u).opaque(fromHex("61")); }},
        {"option of type 6", option, [](FrameEncoder &m) { addOptionStart(m, 6, 4, 0); }},
        {"option of negative size", option, [](FrameEncoder &m) { addOptionStart(m, 1, -1, 0); }},
        {"option of more than 1 MiB", option, [](FrameEncoder &m) { addOptionStart(m, 3, (1 << 20) + 1, 0); }},
        {"constraint of type 4", option, [](FrameEncoder &m) { addOptionStart(m, 1, 4, 4); }},
        {"4294967295 words, of which none is there", option,
         [](FrameEncoder &m) {
             addOptionStart(m, 1, 4, 2);
             m.integer(0xffffffffu);
         }},
        {"string list without an end", option,
         [](FrameEncoder &m) {
             addOptionStart(m, 3, 4, 3);
             m.string("a");
         }},
        {"4294967295 descriptors, of which none is there", [](MessageView in) { decodeOpenReply(in); },
         [](FrameEncoder &m) { m.integer(0u).opaque(handle).integer(0xffffffffu); }},
        {"4294967295 values, of which none is there", opened, [](FrameEncoder &m) { addOpenedStart(m, 0xffffffffu); }},
        {"4097 values", opened,
         [](FrameEncoder &m) {
             addOpenedStart(m, 4097);
             for (int i = 0; i < 4097; ++i)
                 m.integer(i).integer(5u);
             m.integer(4u);
         }},
        {"value of a button", opened, [](FrameEncoder &m) { addOpenedStart(m, 1).integer(2).integer(4u).integer(4u); }},
        {"value of type 6", opened, [](FrameEncoder &m) { addOpenedStart(m, 1).integer(2).integer(6u).integer(4u); }},
        {"value of 3 bytes from the server", opened,
         [](FrameEncoder &m) { addOpenedStart(m, 1).integer(2).integer(1u).opaque(fromHex("010203")).integer(4u); }},
        {"values without an end", opened, [](FrameEncoder &m) { addOpenedStart(m, 2).integer(2).integer(5u); }},
        {"values without parameters", opened, [](FrameEncoder &m) { addOpenedStart(m, 0); }},
        {"half the parameters", opened,
         [](FrameEncoder &m) { addOpenedStart(m, 0).integer(0u).integer(0u).integer(1u).integer(1u); }},
        {"4294967295 changed descriptors, of which none is there", controlled,
         [](FrameEncoder &m) { m.integer(0u).integer(0u).integer(4u).integer(0xffffffffu); }},
        {"a changed descriptor without its end", controlled,
         [](FrameEncoder &m) { m.integer(0u).integer(0u).integer(4u).integer(1u).integer(2).string("name"); }},
    };
    for (const auto &row : table) {
        const auto bytes = make(Command::open, row.fill);
        EXPECT_THROW(row.decode(view(bytes)), ProtocolError) << row.what;
    }
}

TEST(Messages, TakeTheLongestThatCanBe)
{
    ByteBuffer out;
    encodeUser(out, std::string(255, 'u'));
    EXPECT_EQ(decodeUser(viewMessage(out.data(), limits_before_login)).size(), 255u);
    out.clear();
    encodeOpenRequest(out, {std::string(1023, 'd')});
    EXPECT_EQ(decodeOpenRequest(viewMessage(out.data(), limits_before_login)).device.size(), 1023u);
    out.clear();
    encodeReadReply(out, {{}, std::vector<std::byte>(max_read_bytes)});
    EXPECT_EQ(decodeReadReply(viewMessage(out.data(), limits_after_login)).data.size(), max_read_bytes);
}

TEST(Messages, UnknownStatusIsAnIoError)
{
    const auto bytes = make(Command::start, [](FrameEncoder &m) { m.integer(12u).string("why"); });
    const auto reply = decodeStartReply(view(bytes));
    EXPECT_EQ(reply.outcome.status, Status::io_error);
    EXPECT_EQ(reply.outcome.reason, "why");
}

TEST(Messages, NoReasonWithStatusGood)
{
    ByteBuffer out;
    encodeOutcomeReply(out, Command::set_io_mode, {Status::good, "not shown"});
    EXPECT_EQ(toHex(out.data()), toHex(fromHex("00000004 0000001c 00000004 00000000 00000000")));
}

TEST(Messages, DeviceWithoutNameDoesNotEndTheList)
{
    ByteBuffer out;
    encodeGetDevicesReply(out, {{}, {{"", "v", "m", "t"}, {"test:0", "v", "m", "t"}}});
    const auto reply = decodeGetDevicesReply(viewMessage(out.data(), limits_after_login));
    ASSERT_EQ(reply.devices.size(), 1u);
    EXPECT_EQ(reply.devices[0].name, "test:0");
}

TEST(Messages, EmptyStringDoesNotEndAStringList)
{
    OptionDescriptor option;
    option.type = ValueType::string;
    option.constraint_type = ConstraintType::string_list;
    option.strings = {"a", "", std::string("\0b", 2), "c"};
    ByteBuffer out;
    encodeGetOptionReply(out, &option);
    const auto decoded = decodeGetOptionReply(viewMessage(out.data(), limits_after_login));
    EXPECT_EQ(decoded.value().strings, (std::vector<std::string>{"a", "c"}));
}

TEST(Messages, ReadReplyHeaderIsTheStartOfAReadReply)
{
    const auto data = fromHex("102030");
    ByteBuffer whole;
    encodeReadReply(whole, {{}, data});
    const auto header = readReplyHeader(3);
    EXPECT_EQ(toHex(header) + toHex(data) + toHex(end_mark), toHex(whole.data()));
}

TEST(Messages, ChangeTheirHandleOnTheWay)
{
    const ControlOptionRequest request{2, Action::set, ValueType::string, {{}, "Color"}};
    ByteBuffer from_client;
    encodeControlOptionRequest(from_client, fromHex("aabbccdd"), request);
    ByteBuffer to_device;
    encodeWithHandle(to_device, viewMessage(from_client.data(), limits_after_login), channel_handle);
    ByteBuffer expected;
    encodeControlOptionRequest(expected, channel_handle, request);
    EXPECT_EQ(toHex(to_device.data()), toHex(expected.data()));
}

TEST(Messages, RefusalsHaveTheShapeOfTheReply)
{
    const Outcome denied{Status::access_denied, "no"};
    for (auto number = static_cast<std::uint32_t>(Command::init); isRequest(static_cast<Command>(number)); ++number) {
        const auto command = static_cast<Command>(number);
        if (command == Command::status_text)
            continue;
        ByteBuffer out;
        encodeRefusal(out, command, denied);
        const auto message = viewMessage(out.data(), limits_before_login);
        EXPECT_EQ(message.command, number);
        switch (command) {
        case Command::close:
        case Command::get_option:
        case Command::abort:
        case Command::exit:
            EXPECT_EQ(message.bytes.size(), 12u) << number;
            break;
        case Command::init:
            EXPECT_EQ(decodeInitReply(message).outcome.reason, "no");
            break;
        case Command::get_devices:
            EXPECT_EQ(decodeGetDevicesReply(message).outcome.reason, "no");
            break;
        case Command::open:
            EXPECT_EQ(decodeOpenReply(message).outcome.reason, "no");
            break;
        case Command::control_option:
            EXPECT_EQ(decodeControlOptionReply(message, true).outcome.reason, "no");
            break;
        case Command::get_parameters:
            EXPECT_EQ(decodeGetParametersReply(message).outcome.reason, "no");
            break;
        case Command::start:
            EXPECT_EQ(decodeStartReply(message).outcome.reason, "no");
            break;
        case Command::read:
            EXPECT_EQ(decodeReadReply(message).outcome.reason, "no");
            break;
        case Command::set_io_mode:
            EXPECT_EQ(decodeOutcomeReply(message).status, Status::access_denied);
            break;
        default:
            break;
        }
    }
}
