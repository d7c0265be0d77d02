#include "wire/FrameEncoder.hxx"
#include "../util/Hex.hxx"

#include <gtest/gtest.h>

#include <string>

using namespace netsane;

TEST(FrameEncoder, WritesEveryTypeOfField)
{
    ByteBuffer out;
    const std::vector<std::uint32_t> list{1, 0x80000000};
    FrameEncoder(out, 20)
        .integer(std::uint32_t{7})
        .integer(std::int32_t{-1})
        .boolean(true)
        .boolean(false)
        .string("ab")
        .string("")
        .opaque(fromHex("00ff"))
        .list(list)
        .end();
    EXPECT_EQ(toHex(out.data()), toHex(fromHex("00000004 00000014  00000004 00000007  00000004 ffffffff"
                                               "00000004 00000001  00000004 00000000  00000003 616200  00000001 00"
                                               "00000002 00ff  00000008 00000001 80000000  00000000")));
}

TEST(FrameEncoder, LeavesEmptyValuesOut)
{
    ByteBuffer out;
    FrameEncoder(out, 1).opaque({}).list({}).end();
    EXPECT_EQ(toHex(out.data()), "000000040000000100000000");
}

TEST(FrameEncoder, CutsStringsAtNul)
{
    ByteBuffer out;
    FrameEncoder(out, 1).string(std::string_view("a\0b", 3)).end();
    EXPECT_EQ(toHex(out.data()), toHex(fromHex("00000004 00000001 00000002 6100 00000000")));
}

TEST(FrameEncoder, TakesAHalfMessageBack)
{
    ByteBuffer out;
    out.append(toBytes("before"));
    {
        FrameEncoder message(out, 1);
        message.string("never ended");
        EXPECT_GT(out.size(), 6u);
    }
    EXPECT_EQ(toHex(out.data()), toHex(toBytes("before")));
}

TEST(FrameEncoder, TakesBackWhenAnExceptionPassesBy)
{
    ByteBuffer out;
    FrameEncoder(out, 1).end();
    const std::string before = toHex(out.data());
    EXPECT_THROW(
        {
            FrameEncoder message(out, 2);
            message.integer(std::uint32_t{1});
            throw std::runtime_error("in the middle");
        },
        std::runtime_error);
    EXPECT_EQ(toHex(out.data()), before);
}

TEST(FrameEncoder, MovedFromDoesNotTakeBack)
{
    ByteBuffer out;
    {
        FrameEncoder first(out, 1);
        FrameEncoder second(std::move(first));
        second.integer(std::uint32_t{5});
        second.end();
    }
    EXPECT_EQ(out.size(), 20u);
    {
        FrameEncoder first(out, 1);
        FrameEncoder second(std::move(first));
    }
    EXPECT_EQ(out.size(), 20u);
}

TEST(FrameEncoder, ReservesAFieldToBeFilledInPlace)
{
    ByteBuffer out;
    FrameEncoder message(out, 1);
    const auto field = message.reserve(3);
    ASSERT_EQ(field.size(), 3u);
    field[0] = field[1] = field[2] = std::byte{0x5a};
    message.end();
    EXPECT_EQ(toHex(out.data()), toHex(fromHex("00000004 00000001 00000003 5a5a5a 00000000")));
}
