#include "session/ScanTally.hxx"

#include "ServerSessionFixture.hxx"
#include "wire/FrameEncoder.hxx"

namespace netsane {
namespace {

class ScanTallyTest : public testing::Test {
protected:
    std::optional<ScanSummary> reply(Command command, Status status, std::size_t bytes = 0)
    {
        ByteBuffer out;
        FrameEncoder message(out, static_cast<std::uint32_t>(command));
        message.integer(static_cast<std::uint32_t>(status));
        if (bytes != 0)
            message.opaque(std::vector<std::byte>(bytes));
        message.end();
        return tally.replied(1, viewMessage(out.data(), limits_after_login));
    }

    ScanTally tally;
};

TEST_F(ScanTallyTest, CountsAFrameToItsEnd)
{
    EXPECT_FALSE(reply(Command::start, Status::good));
    EXPECT_FALSE(reply(Command::read, Status::good, 1000));
    EXPECT_FALSE(reply(Command::get_parameters, Status::good));
    EXPECT_FALSE(reply(Command::read, Status::good, 234));
    const auto scan = reply(Command::read, Status::eof);
    ASSERT_TRUE(scan);
    EXPECT_EQ(scan->status, Status::eof);
    EXPECT_EQ(scan->image_bytes, 1234U);
    EXPECT_FALSE(reply(Command::read, Status::eof)) << "told once";
    EXPECT_FALSE(tally.ended(1, Status::io_error));
}

TEST_F(ScanTallyTest, WithoutAStartThereIsNoFrame)
{
    EXPECT_FALSE(reply(Command::start, Status::no_docs));
    EXPECT_FALSE(reply(Command::read, Status::good, 10));
    EXPECT_FALSE(reply(Command::read, Status::invalid));
    EXPECT_FALSE(reply(Command::abort, Status::good));
}

TEST_F(ScanTallyTest, TellsHowAFrameEnded)
{
    reply(Command::start, Status::good);
    EXPECT_EQ(reply(Command::read, Status::jammed)->status, Status::jammed);
    reply(Command::start, Status::good);
    EXPECT_EQ(reply(Command::abort, Status::good)->status, Status::cancelled);
    reply(Command::start, Status::good);
    EXPECT_EQ(tally.ended(1, Status::io_error)->status, Status::io_error);
    reply(Command::start, Status::good);
    EXPECT_EQ(reply(Command::start, Status::good)->status, Status::eof) << "the next page, without EOF read";
}

TEST_F(ScanTallyTest, AReplyWithoutDataIsAnError)
{
    reply(Command::start, Status::good);
    EXPECT_THROW(reply(Command::read, Status::good), ProtocolError);
}

} // namespace
} // namespace netsane
