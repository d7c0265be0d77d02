#include "wire/FrameDecoder.hxx"
#include "../util/Hex.hxx"
#include "wire/FrameEncoder.hxx"
#include "wire/ProtocolError.hxx"

#include <gtest/gtest.h>

#include <algorithm>

using namespace netsane;

namespace {

const std::vector<std::byte> open_message =
    fromHex("00000004 00000014  00000007 746573743a3000  00000000"); // protocol.md §1.2
const std::vector<std::byte> bare_message = fromHex("00000004 00000013 00000000");

std::vector<std::byte> join(const std::vector<std::byte> &first, const std::vector<std::byte> &second)
{
    std::vector<std::byte> result = first;
    result.insert(result.end(), second.begin(), second.end());
    return result;
}

// A message whose bytes, end mark included, are exactly this many.
std::vector<std::byte> messageOfSize(std::size_t size)
{
    ByteBuffer out;
    FrameEncoder message(out, 1);
    message.opaque(std::vector<std::byte>(size - 16));
    message.end();
    return {out.data().begin(), out.data().end()};
}

} // namespace

TEST(FrameDecoder, FindsWholeMessages)
{
    FrameDecoder decoder(limits_before_login);
    decoder.push(join(open_message, bare_message));
    auto message = decoder.next();
    ASSERT_TRUE(message);
    EXPECT_EQ(message->command, 20u);
    EXPECT_EQ(toHex(message->bytes), toHex(open_message));
    message = decoder.next();
    ASSERT_TRUE(message);
    EXPECT_EQ(message->command, 19u);
    EXPECT_FALSE(decoder.next());
    EXPECT_TRUE(decoder.pending().empty());
}

TEST(FrameDecoder, FindsMessagesByteByByte)
{
    FrameDecoder decoder(limits_before_login);
    const auto stream = join(open_message, bare_message);
    std::vector<std::size_t> ends;
    for (std::size_t i = 0; i < stream.size(); ++i) {
        decoder.push(std::span(stream).subspan(i, 1));
        if (decoder.next())
            ends.push_back(i + 1);
    }
    EXPECT_EQ(ends, (std::vector<std::size_t>{open_message.size(), stream.size()}));
}

TEST(FrameDecoder, WaitsForEveryMissingByte)
{
    for (std::size_t size = 0; size < open_message.size(); ++size) {
        FrameDecoder decoder(limits_before_login);
        decoder.push(std::span(open_message).first(size));
        ASSERT_FALSE(decoder.next()) << size;
        EXPECT_GE(decoder.missingBytes(), 1u);
        EXPECT_LE(decoder.missingBytes(), open_message.size() - size);
        EXPECT_EQ(decoder.pending().size(), size);
        decoder.push(std::span(open_message).subspan(size));
        ASSERT_TRUE(decoder.next()) << size;
    }
}

TEST(FrameDecoder, ReceivesInPlace)
{
    FrameDecoder decoder(limits_before_login);
    const auto room = decoder.prepare(1000);
    std::ranges::copy(open_message, room.begin());
    decoder.commit(open_message.size());
    ASSERT_TRUE(decoder.next());
    std::ranges::copy(bare_message, decoder.prepare(1).begin());
    decoder.commit(bare_message.size());
    EXPECT_EQ(decoder.next()->command, 19u);
}

TEST(FrameDecoder, RejectsMalformedFrames)
{
    const struct {
        const char *what;
        const char *bytes;
    } table[] = {
        {"empty message", "00000000"},
        {"command of 3 bytes", "00000003"},
        {"command of 5 bytes", "00000005"},
        {"command of 2^31 bytes", "80000000"},
        {"command of 2^32 - 1 bytes", "ffffffff"},
        {"field over the limit", "00000004 00000001 00001001"},
        {"field of 2^32 - 1 bytes", "00000004 00000001 ffffffff"},
        {"field of 2^32 - 4 bytes", "00000004 00000001 fffffffc"},
        {"message over the limit by its end mark", "00000004 00000001 00000ff1"},
    };
    for (const auto &row : table) {
        FrameDecoder decoder(limits_before_login);
        decoder.push(fromHex(row.bytes));
        EXPECT_THROW(decoder.next(), ProtocolError) << row.what;
        EXPECT_THROW(viewMessage(fromHex(row.bytes), limits_before_login), ProtocolError) << row.what;
    }
}

TEST(FrameDecoder, AcceptsExactlyTheLimit)
{
    FrameDecoder decoder(limits_before_login);
    decoder.push(messageOfSize(4096));
    ASSERT_TRUE(decoder.next());
    decoder.push(messageOfSize(4097));
    EXPECT_THROW(decoder.next(), ProtocolError);

    FrameDecoder larger({4096, 1U << 20});
    larger.push(fromHex("00000004 00000001 00001000"));
    EXPECT_FALSE(larger.next()) << "a field of max_field_bytes is possible";
}

TEST(FrameDecoder, CountsManySmallFieldsAgainstTheMessage)
{
    FrameDecoder decoder(limits_before_login);
    decoder.push(fromHex("00000004 00000001"));
    std::size_t size = 8;
    const auto field = fromHex("00000001 61");
    EXPECT_THROW(
        {
            while (size < 10'000) {
                decoder.push(field);
                size += field.size();
                EXPECT_FALSE(decoder.next());
            }
        },
        ProtocolError);
    EXPECT_LE(size, 4096u);
}

TEST(FrameDecoder, AppliesNewLimitsFromTheNextMessageOn)
{
    FrameDecoder decoder(limits_before_login);
    decoder.push(join(open_message, messageOfSize(5000)));
    ASSERT_TRUE(decoder.next());
    decoder.setLimits(limits_after_login);
    const auto message = decoder.next();
    ASSERT_TRUE(message);
    EXPECT_EQ(message->bytes.size(), 5000u);
}

TEST(FrameDecoder, HandsOutWhatBelongsToNoMessage)
{
    const auto behind = fromHex("160301ff");
    FrameDecoder decoder(limits_before_login);
    decoder.push(join(bare_message, behind));
    ASSERT_TRUE(decoder.next());
    EXPECT_EQ(toHex(decoder.pending()), "160301ff");
    const ByteBuffer taken = decoder.takePending();
    EXPECT_EQ(toHex(taken.data()), "160301ff");
    EXPECT_TRUE(decoder.pending().empty());
    decoder.push(open_message);
    EXPECT_EQ(decoder.next()->command, 20u);
}

TEST(FrameDecoder, ForgetsWhatItScannedWhenPendingIsTaken)
{
    FrameDecoder decoder(limits_before_login);
    decoder.push(std::span(open_message).first(open_message.size() - 1));
    ASSERT_FALSE(decoder.next());
    EXPECT_EQ(decoder.takePending().size(), open_message.size() - 1);
    EXPECT_EQ(decoder.missingBytes(), 0u);
    decoder.push(bare_message);
    EXPECT_EQ(decoder.next()->command, 19u);
}

TEST(ViewMessage, TakesExactlyOneMessage)
{
    EXPECT_EQ(viewMessage(open_message, limits_before_login).command, 20u);
    EXPECT_THROW(viewMessage(join(open_message, bare_message), limits_before_login), ProtocolError);
    for (std::size_t size = 0; size < open_message.size(); ++size)
        EXPECT_THROW(viewMessage(std::span(open_message).first(size), limits_before_login), ProtocolError) << size;
}
