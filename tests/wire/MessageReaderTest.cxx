#include "wire/MessageReader.hxx"
#include "../util/Hex.hxx"
#include "wire/FrameDecoder.hxx"
#include "wire/FrameEncoder.hxx"
#include "wire/ProtocolError.hxx"

#include <gtest/gtest.h>

#include <functional>

using namespace netsane;

namespace {

// A message with one field behind its command.
std::vector<std::byte> messageWith(std::string_view field_hex)
{
    ByteBuffer out;
    FrameEncoder message(out, 9);
    message.opaque(fromHex(field_hex));
    message.end();
    return {out.data().begin(), out.data().end()};
}

} // namespace

TEST(MessageReader, ReadsEveryTypeInOrder)
{
    ByteBuffer out;
    const std::vector<std::uint32_t> list{3, 0xffffffff};
    FrameEncoder(out, 9)
        .integer(std::int32_t{-5})
        .integer(0xfffffff0u)
        .boolean(true)
        .string("text")
        .opaque(fromHex("c0ffee"))
        .list(list)
        .end();
    MessageReader reader(viewMessage(out.data(), limits_before_login));
    EXPECT_EQ(reader.command(), 9u);
    EXPECT_EQ(reader.readInt(), -5);
    EXPECT_EQ(reader.readUnsigned(), 0xfffffff0u);
    EXPECT_TRUE(reader.readBool());
    EXPECT_EQ(reader.readString(), "text");
    EXPECT_EQ(toHex(reader.readOpaque()), "c0ffee");
    EXPECT_FALSE(reader.atEnd());
    EXPECT_EQ(reader.readList(), list);
    EXPECT_TRUE(reader.atEnd());
    EXPECT_FALSE(reader.readRaw());
}

TEST(MessageReader, TakesMissingFieldsAsAbsent)
{
    const auto bytes = fromHex("00000004 00000009 00000000");
    MessageReader reader(viewMessage(bytes, limits_before_login));
    EXPECT_TRUE(reader.atEnd());
    EXPECT_FALSE(reader.readOptionalUnsigned());
    EXPECT_FALSE(reader.readOptionalString());
    EXPECT_FALSE(reader.readOptionalList());
    EXPECT_THROW(reader.readInt(), ProtocolError);
    EXPECT_THROW(reader.readString(), ProtocolError);
    EXPECT_THROW(reader.readOpaque(), ProtocolError);
    EXPECT_THROW(reader.readList(), ProtocolError);
}

TEST(MessageReader, RejectsFieldsOfTheWrongShape)
{
    using Read = std::function<void(MessageReader &)>;
    const Read integer = [](MessageReader &r) { r.readInt(); };
    const Read optional_integer = [](MessageReader &r) { r.readOptionalUnsigned(); };
    const Read boolean = [](MessageReader &r) { r.readBool(); };
    const Read string = [](MessageReader &r) { r.readString(); };
    const Read optional_string = [](MessageReader &r) { r.readOptionalString(); };
    const Read list = [](MessageReader &r) { r.readList(); };
    const Read optional_list = [](MessageReader &r) { r.readOptionalList(); };
    const struct {
        const char *what;
        const Read &read;
        const char *field;
        bool valid;
    } table[] = {
        {"INT of 3 bytes", integer, "000000", false},
        {"INT of 4 bytes", integer, "00000000", true},
        {"INT of 5 bytes", integer, "0000000000", false},
        {"optional INT of 8 bytes", optional_integer, "0000000000000000", false},
        {"BOOL 2", boolean, "00000002", false},
        {"BOOL -1", boolean, "ffffffff", false},
        {"BOOL 1", boolean, "00000001", true},
        {"BOOL of a byte", boolean, "01", false},
        {"STRING without NUL", string, "6162", false},
        {"STRING with NUL inside", string, "610062", false},
        {"STRING with two NULs", string, "610000", false},
        {"STRING of two NULs", string, "0000", false},
        {"empty STRING", string, "00", true},
        {"STRING of any bytes", string, "ff0a7f1b00", true},
        {"optional STRING without NUL", optional_string, "61", false},
        {"LIST of 3 bytes", list, "000000", false},
        {"LIST of 6 bytes", list, "000000000000", false},
        {"LIST of 8 bytes", list, "0000000000000000", true},
        {"optional LIST of 5 bytes", optional_list, "0000000000", false},
    };
    for (const auto &row : table) {
        const auto bytes = messageWith(row.field);
        MessageReader reader(viewMessage(bytes, limits_before_login));
        if (row.valid) {
            EXPECT_NO_THROW(row.read(reader)) << row.what;
        } else {
            EXPECT_THROW(row.read(reader), ProtocolError) << row.what;
        }
    }
}

TEST(MessageReader, NamesCommandAndFieldInErrors)
{
    const auto bytes = fromHex("00000004 00000009  00000004 00000001  00000002 6162  00000000");
    MessageReader reader(viewMessage(bytes, limits_before_login));
    reader.readInt();
    try {
        reader.readString();
        FAIL();
    } catch (const ProtocolError &error) {
        EXPECT_STREQ(error.what(), "command 9, field 2: STRING without NUL");
    }
}
