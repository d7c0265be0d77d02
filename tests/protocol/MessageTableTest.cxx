#include "MessageTable.hxx"

#include "../util/Hex.hxx"
#include "wire/FrameDecoder.hxx"
#include "wire/FrameEncoder.hxx"
#include "wire/MessageReader.hxx"
#include "wire/ProtocolError.hxx"

#include <gtest/gtest.h>

#include <optional>

using namespace netsane;

namespace {

class EveryMessage : public testing::TestWithParam<MessageRow> {
protected:
    EveryMessage()
    {
        ByteBuffer out;
        GetParam().encode(out);
        bytes_.assign(out.data().begin(), out.data().end());
        MessageReader reader(viewMessage(bytes_, limits_after_login));
        while (const auto field = reader.readRaw())
            fields_.push_back({field->begin(), field->end()});
    }

    // The message with the first count of its fields, and one more if extra isn't empty.
    std::vector<std::byte> withFields(std::size_t count, const std::vector<std::byte> &extra = {}) const
    {
        ByteBuffer out;
        FrameEncoder message(out, viewMessage(bytes_, limits_after_login).command);
        for (std::size_t i = 0; i < count; ++i)
            message.opaque(fields_[i]);
        message.opaque(extra);
        message.end();
        return {out.data().begin(), out.data().end()};
    }

    // What decoding and encoding again makes of it; nothing for a ProtocolError. Anything else thrown fails the test.
    static std::optional<std::string> recode(std::span<const std::byte> bytes)
    {
        try {
            ByteBuffer out;
            GetParam().recode(viewMessage(bytes, limits_after_login), out);
            return toHex(out.data());
        } catch (const ProtocolError &) {
            return std::nullopt;
        }
    }

    std::vector<std::byte> bytes_;
    std::vector<std::vector<std::byte>> fields_;
};

} // namespace

TEST_P(EveryMessage, ComesBackAsItWas)
{
    EXPECT_EQ(recode(bytes_), toHex(bytes_));
}

TEST_P(EveryMessage, ComesByteByByte)
{
    FrameDecoder decoder(limits_after_login);
    for (std::size_t i = 0; i + 1 < bytes_.size(); ++i) {
        decoder.push(std::span(bytes_).subspan(i, 1));
        ASSERT_FALSE(decoder.next()) << "after byte " << i;
    }
    decoder.push(std::span(bytes_).last(1));
    const auto message = decoder.next();
    ASSERT_TRUE(message);
    EXPECT_EQ(recode(message->bytes), toHex(bytes_));
}

TEST_P(EveryMessage, CutAnywhereIsAnError)
{
    for (std::size_t size = 0; size < bytes_.size(); ++size)
        EXPECT_THROW(viewMessage(std::span(bytes_).first(size), limits_after_login), ProtocolError) << size;
}

TEST_P(EveryMessage, EndedEarlyLacksOptionalFieldsOnly)
{
    for (std::size_t count = 0; count < fields_.size(); ++count)
        EXPECT_EQ(recode(withFields(count)).has_value(), GetParam().complete.contains(count)) << count << " fields";
}

TEST_P(EveryMessage, IgnoresFieldsBehindTheLast)
{
    if (!GetParam().extensible)
        GTEST_SKIP() << "what comes next would be known";
    EXPECT_EQ(recode(withFields(fields_.size(), fromHex("c0ffee"))), toHex(bytes_));
}

TEST_P(EveryMessage, SurvivesEveryChangedByte)
{
    for (std::size_t i = 0; i < bytes_.size(); ++i) {
        for (const unsigned change : {0x01u, 0x02u, 0x04u, 0x7fu, 0x80u, 0xffu}) {
            auto changed = bytes_;
            changed[i] ^= static_cast<std::byte>(change);
            // Where it decodes, it decodes to something that stays the same from then on.
            if (const auto once = recode(changed)) {
                EXPECT_EQ(recode(fromHex(*once)), once) << "byte " << i << " ^ " << change;
            }
        }
    }
}

TEST_P(EveryMessage, SurvivesFieldsOfWrongSize)
{
    for (std::size_t wrong = 0; wrong < fields_.size(); ++wrong) {
        for (const std::size_t size : {std::size_t{1}, std::size_t{3}, std::size_t{5}, std::size_t{100}}) {
            auto saved = fields_[wrong];
            fields_[wrong].assign(size, std::byte{0xff}); // no INT, no LIST but of 100, no STRING
            recode(withFields(fields_.size()));
            fields_[wrong] = std::move(saved);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Protocol, EveryMessage, testing::ValuesIn(messageTable()),
                         [](const auto &row) { return row.param.name; });
