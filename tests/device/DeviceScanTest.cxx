#include "DeviceClient.hxx"
#include "SaneTestConfig.hxx"
#include "ScanRecord.hxx"
#include "wire/MessageReader.hxx"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>

namespace netsane::test {

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

class DeviceScan : public testing::Test {
protected:
    void expectSameAsLocal(const OptionSettings &settings, std::size_t max_frames, std::size_t outstanding = 4,
                           std::uint32_t read_bytes = 32 * 1024)
    {
        const auto local = scanLocally(config_.path(), settings, max_frames);
        ASSERT_FALSE(local.empty());
        ASSERT_EQ(client_.open().outcome.status, Status::good);
        const auto remote = scanThrough(client_, settings, max_frames, outstanding, read_bytes);
        ASSERT_EQ(remote.size(), local.size());
        for (std::size_t i = 0; i < local.size(); ++i) {
            EXPECT_EQ(remote[i].start_status, local[i].start_status) << "frame " << i;
            EXPECT_EQ(remote[i].end_status, local[i].end_status) << "frame " << i;
            EXPECT_TRUE(remote[i].parameters == local[i].parameters) << "frame " << i;
            EXPECT_EQ(remote[i].data.size(), local[i].data.size()) << "frame " << i;
            EXPECT_TRUE(remote[i].data == local[i].data) << "frame " << i;
        }
    }

    void startSlowScan()
    {
        ASSERT_EQ(client_.open().outcome.status, Status::good);
        client_.set("test-picture", text("Color pattern"));
        client_.set("resolution", fixed(600));
        client_.set("read-delay", words({1}));
        client_.set("read-delay-duration", words({200000}));
        ASSERT_EQ(client_.start().outcome.status, Status::good);
        waitForData(client_);
    }

    // The backend cancels its reader thread wherever that is; in the middle of malloc(), when the frame begins, both
    // hang for ever. Once there is data the reader only writes and sleeps.
    static void waitForData(DeviceClient &client)
    {
        std::vector<std::byte> data;
        ASSERT_EQ(client.read(64 * 1024, data), Status::good);
    }

    SaneTestConfig config_;
    DeviceClient client_{{"--device", "test:0", "--sane-config-dir", config_.path()}};
};

const OptionSettings color_pattern{{"mode", text("Color")}, {"test-picture", text("Color pattern")}};

} // namespace

TEST_F(DeviceScan, GrayIsLikeLocal)
{
    expectSameAsLocal({{"test-picture", text("Grid")}, {"resolution", fixed(150)}}, 1);
}

TEST_F(DeviceScan, ColorIsLikeLocal)
{
    auto settings = color_pattern;
    settings.push_back({"resolution", fixed(300)});
    expectSameAsLocal(settings, 1, 8, 64 * 1024);
}

TEST_F(DeviceScan, SixteenBitsAreLikeLocal)
{
    auto settings = color_pattern;
    settings.push_back({"depth", words({16})});
    expectSameAsLocal(settings, 1);
}

TEST_F(DeviceScan, OddReadSizesAreLikeLocal)
{
    auto settings = color_pattern;
    settings.push_back({"resolution", fixed(150)});
    expectSameAsLocal(settings, 1, 64, 1237);
}

TEST_F(DeviceScan, OneReadAtATimeOfMoreThanABlockIsLikeLocal)
{
    expectSameAsLocal(color_pattern, 1, 1, 4U << 20);
}

TEST_F(DeviceScan, ThreePassIsLikeLocal)
{
    auto settings = color_pattern;
    settings.push_back({"three-pass", words({1})});
    settings.push_back({"three-pass-order", text("GBR")});
    expectSameAsLocal(settings, 3);
}

TEST_F(DeviceScan, HandScannerIsLikeLocal)
{
    auto settings = color_pattern;
    settings.push_back({"hand-scanner", words({1})});
    expectSameAsLocal(settings, 1);
    EXPECT_EQ(client_.start().parameters.value().lines, -1);
}

TEST_F(DeviceScan, FeederGivesPagesUntilNoDocs)
{
    expectSameAsLocal({{"source", text("Automatic Document Feeder")}}, 20);
}

TEST_F(DeviceScan, FeederGivesAllPagesToAClientThatReadsNoEnd)
{
    ASSERT_EQ(client_.open().outcome.status, Status::good);
    client_.set("source", text("Automatic Document Feeder"));
    client_.set("test-picture", text("Grid"));
    std::vector<std::byte> first;
    for (int page = 0; page < 10; ++page) {
        const auto started = client_.start();
        ASSERT_EQ(started.outcome.status, Status::good) << "page " << page << ": " << started.outcome.reason;
        const auto bytes = static_cast<std::size_t>(started.parameters->bytes_per_line * started.parameters->lines);
        std::vector<std::byte> data;
        while (data.size() < bytes) {
            ASSERT_EQ(client_.start().outcome.status, Status::invalid) << "in mid-frame";
            ASSERT_EQ(client_.read(static_cast<std::uint32_t>(std::min<std::size_t>(bytes - data.size(), 7000)), data),
                      Status::good);
        }
        if (page == 0)
            first = data;
        EXPECT_TRUE(data == first) << "page " << page;
    }
    EXPECT_EQ(client_.start().outcome.status, Status::no_docs);
}

TEST_F(DeviceScan, ReadLimitOfOneByteComesInFewMessages)
{
    const OptionSettings settings{
        {"test-picture", text("Grid")}, {"read-limit", words({1})}, {"read-limit-size", words({1})}};
    expectSameAsLocal(settings, 1);
    ASSERT_EQ(client_.start().outcome.status, Status::good);
    std::vector<std::byte> data;
    std::size_t messages = 0;
    while (client_.read(32 * 1024, data) == Status::good)
        ++messages;
    EXPECT_GT(data.size(), 20000U);
    EXPECT_LT(messages, data.size() / 50);
}

TEST_F(DeviceScan, EveryStatusOfReadIsDelivered)
{
    ASSERT_EQ(client_.open().outcome.status, Status::good);
    const auto names = client_.descriptors()[static_cast<std::size_t>(client_.find("read-return-value"))].strings;
    ASSERT_EQ(names.size(), 12U);
    for (const auto &name : names) {
        if (name == "Default")
            continue;
        SCOPED_TRACE(name);
        DeviceClient client({"--device", "test:1", "--sane-config-dir", config_.path()});
        ASSERT_EQ(client.open().outcome.status, Status::good);
        const OptionSettings settings{{"read-return-value", text(name)}};
        const auto local = scanLocally(config_.path(), settings, 1);
        const auto remote = scanThrough(client, settings, 1);
        ASSERT_EQ(remote.size(), 1U);
        EXPECT_TRUE(remote == local);
        EXPECT_NE(remote[0].end_status, Status::good);
    }
}

TEST_F(DeviceScan, ReadsPastTheEndAreAllEof)
{
    ASSERT_EQ(client_.open().outcome.status, Status::good);
    const auto started = client_.start();
    ASSERT_EQ(started.outcome.status, Status::good);
    EXPECT_EQ(started.byte_order, std::endian::native == std::endian::little ? byte_order_little : byte_order_big);
    for (int i = 0; i < 60; ++i)
        client_.sendRead(64 * 1024);
    std::size_t bytes = 0;
    bool has_ended = false;
    for (int i = 0; i < 60; ++i) {
        const auto reply = client_.receiveRead();
        bytes += reply.data.size();
        if (has_ended) {
            EXPECT_EQ(reply.outcome.status, Status::eof);
        }
        has_ended = reply.outcome.status != Status::good;
    }
    EXPECT_EQ(bytes, static_cast<std::size_t>(started.parameters->bytes_per_line) *
                         static_cast<std::size_t>(started.parameters->lines));
    std::vector<std::byte> data;
    EXPECT_EQ(client_.read(1000, data), Status::eof);
    client_.abort();
    EXPECT_NE(client_.read(1000, data), Status::good);
}

TEST_F(DeviceScan, ReadWithoutAFrameIsTheBackendsAnswer)
{
    ASSERT_EQ(client_.open().outcome.status, Status::good);
    std::vector<std::byte> data;
    EXPECT_EQ(client_.read(1000, data), Status::invalid);
    EXPECT_TRUE(data.empty());
}

TEST_F(DeviceScan, ParametersAreThoseOfTheClientsFrame)
{
    auto settings = color_pattern;
    settings.push_back({"three-pass", words({1})});
    ASSERT_EQ(client_.open().outcome.status, Status::good);
    for (const auto &[name, value] : settings)
        client_.set(name, value);
    // The frame is small enough to be read ahead whole; the backend then already names the next pass.
    for (int pass = 0; pass < 3; ++pass) {
        const auto started = client_.start();
        ASSERT_EQ(started.outcome.status, Status::good);
        EXPECT_EQ(started.parameters->last_frame, pass == 2);
        std::vector<std::byte> data;
        Status status;
        do {
            EXPECT_TRUE(client_.parameters().parameters == *started.parameters) << "pass " << pass;
            status = client_.read(3000, data);
        } while (status == Status::good);
        EXPECT_EQ(status, Status::eof);
    }
}

TEST_F(DeviceScan, OptionsAreNotSetInMidFrame)
{
    ASSERT_EQ(client_.open().outcome.status, Status::good);
    ASSERT_EQ(client_.start().outcome.status, Status::good);
    const auto resolution = client_.find("resolution");
    std::vector<std::byte> data;
    // Whether or not the backend is at its end already.
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(client_.control({resolution, Action::set, ValueType::fixed, fixed(100)}).outcome.status,
                  Status::invalid);
        ASSERT_EQ(client_.read(100, data), Status::good);
    }
    while (client_.read(64 * 1024, data) == Status::good)
        ;
    EXPECT_EQ(client_.control({resolution, Action::set, ValueType::fixed, fixed(100)}).outcome.status, Status::good);
    EXPECT_EQ(client_.read(100, data), Status::eof) << "the backend's own answer after the change";
}

TEST_F(DeviceScan, IoModeAndSelectDescriptorAreAnsweredForCompleteness)
{
    ASSERT_EQ(client_.open().outcome.status, Status::good);
    const auto setIoMode = [&](bool non_blocking) {
        ByteBuffer buffer;
        encodeSetIoModeRequest(buffer, channel_handle, non_blocking);
        client_.send(buffer);
        return decodeOutcomeReply(client_.receive()).status;
    };
    const auto getSelectFd = [&] {
        client_.sendBare(Command::get_select_fd);
        return toStatus(MessageReader(client_.receive()).readUnsigned());
    };
    EXPECT_EQ(setIoMode(false), Status::invalid);
    EXPECT_EQ(getSelectFd(), Status::invalid);
    ASSERT_EQ(client_.start().outcome.status, Status::good);
    EXPECT_EQ(setIoMode(false), Status::good);
    EXPECT_EQ(setIoMode(true), Status::unsupported);
    EXPECT_EQ(getSelectFd(), Status::unsupported);
}

TEST_F(DeviceScan, AbortOvertakesReadsOfABlockedScan)
{
    startSlowScan();
    for (int i = 0; i < 5; ++i)
        client_.sendRead(64 * 1024);
    const auto before = Clock::now();
    client_.sendBare(Command::abort);
    int cancelled = 0;
    for (int i = 0; i < 5; ++i) {
        const auto status = client_.receiveRead().outcome.status;
        EXPECT_TRUE(status == Status::cancelled || (status == Status::good && cancelled == 0));
        cancelled += status == Status::cancelled;
    }
    EXPECT_GE(cancelled, 4);
    EXPECT_EQ(client_.receive().command, static_cast<std::uint32_t>(Command::abort));
    EXPECT_LT(Clock::now() - before, 1s);
    client_.set("read-delay", words({0}));
    EXPECT_EQ(client_.start().outcome.status, Status::good);
    std::vector<std::byte> data;
    EXPECT_EQ(client_.read(64 * 1024, data), Status::good);
}

TEST_F(DeviceScan, AbortIsSeenWhileRepliesWaitForASlowReader)
{
    ASSERT_EQ(client_.open().outcome.status, Status::good);
    client_.set("resolution", fixed(600));
    ASSERT_EQ(client_.start().outcome.status, Status::good);
    waitForData(client_);
    for (int i = 0; i < 60; ++i)
        client_.sendRead(64 * 1024);
    client_.sendBare(Command::abort);
    Status last = Status::good;
    for (int i = 0; i < 60; ++i)
        last = client_.receiveRead().outcome.status;
    EXPECT_EQ(last, Status::cancelled);
    EXPECT_EQ(client_.receive().command, static_cast<std::uint32_t>(Command::abort));
    EXPECT_EQ(client_.start().outcome.status, Status::good);
}

TEST_F(DeviceScan, AbortWithNothingRunningIsAnswered)
{
    ASSERT_EQ(client_.open().outcome.status, Status::good);
    client_.abort();
    client_.abort();
    EXPECT_EQ(client_.start().outcome.status, Status::good);
    waitForData(client_);
    client_.abort();
}

TEST_F(DeviceScan, CloseEndsAScanAndTheHandle)
{
    startSlowScan();
    client_.sendRead(64 * 1024);
    client_.sendRead(64 * 1024);
    const auto before = Clock::now();
    client_.sendBare(Command::close);
    client_.receiveRead();
    EXPECT_EQ(client_.receiveRead().outcome.status, Status::cancelled);
    EXPECT_EQ(client_.receive().command, static_cast<std::uint32_t>(Command::close));
    EXPECT_LT(Clock::now() - before, 1s);
    EXPECT_EQ(client_.start().outcome.status, Status::invalid);
    client_.closeChannel();
    EXPECT_EQ(client_.waitExit(1s), 0);
}

TEST_F(DeviceScan, ChannelClosedInMidScanEndsTheProcess)
{
    startSlowScan();
    client_.sendRead(64 * 1024);
    client_.closeChannel();
    EXPECT_EQ(client_.waitExit(1s), 0) << client_.standardError();
}

TEST_F(DeviceScan, TerminateInMidScanEndsTheProcessInOrder)
{
    startSlowScan();
    ::kill(client_.pid(), SIGTERM);
    EXPECT_TRUE(client_.receivesEnd(1s));
    EXPECT_EQ(client_.waitExit(1s), 0) << client_.standardError();
}

TEST_F(DeviceScan, PartialDataIsNotHeldBack)
{
    startSlowScan();
    const auto before = Clock::now();
    std::vector<std::byte> data;
    ASSERT_EQ(client_.read(64 * 1024, data), Status::good);
    // The backend's reader sleeps 200 ms before each of its buffers; many of those make up 64 KiB.
    EXPECT_LT(Clock::now() - before, 1s);
    EXPECT_LE(data.size(), 64U * 1024);
}

} // namespace netsane::test
