// netsaned-device with backends that hang and lie (FakeSane.cxx).
#include "DeviceClient.hxx"
#include "SaneTestConfig.hxx"

#include <csignal>
#include <gtest/gtest.h>

#include <unistd.h>

namespace netsane::test {

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

class FakeDevice : public testing::Test {
protected:
    FakeDevice() { config_.write("dll.conf", "fake\n"); }

    DeviceClient &serve(const std::string &name)
    {
        return client_.emplace(
            std::vector<std::string>{"--device", "fake:" + name, "--sane-config-dir", config_.path()},
            NETSANE_FAKE_DEVICE_PROGRAM);
    }

    DeviceClient &open(const std::string &name)
    {
        auto &client = serve(name);
        EXPECT_EQ(client.open().outcome.status, Status::good);
        return client;
    }

    // Until the main thread is inside the call that hangs.
    void waitForHang()
    {
        const auto until = Clock::now() + 10s;
        while (client_->standardError().find("hanging") == std::string::npos) {
            ASSERT_LT(Clock::now(), until);
            ::usleep(1000);
        }
    }

    SaneTestConfig config_;
    std::optional<DeviceClient> client_;
};

} // namespace

TEST_F(FakeDevice, AbortInterruptsABlockedRead)
{
    auto &client = open("hangs-in-read");
    ASSERT_EQ(client.start().outcome.status, Status::good);
    for (int i = 0; i < 5; ++i)
        client.sendRead(1000);
    waitForHang();
    const auto before = Clock::now();
    client.sendBare(Command::abort);
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(client.receiveRead().outcome.status, Status::cancelled);
    EXPECT_EQ(client.receive().command, static_cast<std::uint32_t>(Command::abort));
    EXPECT_LT(Clock::now() - before, 5s) << "a signal that came too early is repeated after 1 s";
    EXPECT_EQ(client.start().outcome.status, Status::good);
}

TEST_F(FakeDevice, AbortInterruptsABlockedReadWithoutAFrame)
{
    auto &client = open("hangs-in-read");
    client.sendRead(1000);
    waitForHang();
    client.sendBare(Command::abort);
    EXPECT_EQ(client.receiveRead().outcome.status, Status::cancelled);
    EXPECT_EQ(client.receive().command, static_cast<std::uint32_t>(Command::abort));
}

TEST_F(FakeDevice, AbortInterruptsABlockedStart)
{
    auto &client = open("hangs-in-start");
    client.sendBare(Command::start);
    client.sendRead(1000);
    client.sendBare(Command::get_parameters);
    waitForHang();
    client.sendBare(Command::abort);
    EXPECT_EQ(decodeStartReply(client.receive()).outcome.status, Status::cancelled);
    EXPECT_EQ(client.receiveRead().outcome.status, Status::cancelled);
    EXPECT_EQ(decodeGetParametersReply(client.receive()).outcome.status, Status::cancelled);
    EXPECT_EQ(client.receive().command, static_cast<std::uint32_t>(Command::abort));
    EXPECT_EQ(client.start().outcome.status, Status::good);
}

TEST_F(FakeDevice, AbortLeavesGetOptionAlone)
{
    auto &client = open("hangs-in-start");
    client.sendBare(Command::start);
    ByteBuffer behind;
    encodeGetOptionRequest(behind, channel_handle, {1});
    encodeControlOptionRequest(behind, channel_handle, {1, Action::get, ValueType::string, {}});
    client.send(behind);
    waitForHang();
    client.sendBare(Command::abort);
    EXPECT_EQ(decodeStartReply(client.receive()).outcome.status, Status::cancelled);
    const auto option = decodeGetOptionReply(client.receive());
    ASSERT_TRUE(option) << "a cancelled GOPT says that there is no such option";
    EXPECT_EQ(option->name, "endless");
    EXPECT_EQ(decodeControlOptionReply(client.receive(), true).outcome.status, Status::cancelled);
    EXPECT_EQ(client.receive().command, static_cast<std::uint32_t>(Command::abort));
}

TEST_F(FakeDevice, ManyReadsAreTakenAfterOpen)
{
    auto &client = open("hangs-in-read");
    ASSERT_EQ(client.start().outcome.status, Status::good);
    ByteBuffer buffer;
    for (std::size_t i = 0; i + 64 < max_outstanding_with_reads; ++i)
        encodeReadRequest(buffer, channel_handle, {1000});
    for (std::size_t i = 0; i < 63; ++i)
        encodeHandleRequest(buffer, Command::get_parameters, channel_handle);
    encodeHandleRequest(buffer, Command::abort, channel_handle);
    client.send(buffer);
    for (std::size_t i = 0; i + 64 < max_outstanding_with_reads; ++i)
        ASSERT_EQ(client.receiveRead().outcome.status, Status::cancelled);
    for (std::size_t i = 0; i < 63; ++i)
        ASSERT_EQ(decodeGetParametersReply(client.receive()).outcome.status, Status::cancelled);
    EXPECT_EQ(client.receive().command, static_cast<std::uint32_t>(Command::abort));
    EXPECT_EQ(client.start().outcome.status, Status::good);
}

TEST_F(FakeDevice, OneRequestMoreEndsTheProcess)
{
    const auto fill = [](Command command, std::size_t count) {
        ByteBuffer buffer;
        for (; count != 0; --count)
            command == Command::read ? encodeReadRequest(buffer, channel_handle, {1000})
                                     : encodeHandleRequest(buffer, command, channel_handle);
        return buffer;
    };
    {
        auto &client = open("hangs-in-start");
        client.sendBare(Command::start);
        client.send(fill(Command::read, max_outstanding_with_reads - 1));
        waitForHang();
        client.send(fill(Command::read, 1));
        EXPECT_EQ(client.waitExit(), 1);
    }
    {
        auto &client = open("hangs-in-start");
        client.sendBare(Command::start);
        client.send(fill(Command::get_parameters, max_outstanding_requests - 1));
        client.send(fill(Command::read, 1)); // there is room for it
        waitForHang();
        client.send(fill(Command::get_parameters, 1));
        EXPECT_EQ(client.waitExit(), 1);
    }
    auto &client = serve("denied"); // before an OPEN that was good
    client.send(fill(Command::read, 3 * max_outstanding_requests));
    EXPECT_EQ(client.waitExit(), 1);
}

TEST_F(FakeDevice, ReadsBehindAStartThatFailsAreInvalidWithoutTheBackend)
{
    auto &client = open("fails-in-start");
    for (int i = 0; i < 2; ++i) {
        client.sendBare(Command::start);
        client.sendRead(1000);
        client.sendRead(1000);
        EXPECT_EQ(decodeStartReply(client.receive()).outcome.status, Status::no_docs);
        EXPECT_EQ(client.receiveRead().outcome.status, Status::invalid);
        EXPECT_EQ(client.receiveRead().outcome.status, Status::invalid);
        std::vector<std::byte> data; // nor does the next, though nothing is on its way any more
        EXPECT_EQ(client.read(1000, data), Status::invalid);
    }
    EXPECT_EQ(client.standardError().find("read"), std::string::npos);
    client.parameters();
    std::vector<std::byte> data;
    EXPECT_EQ(client.read(1000, data), Status::good) << "the backend's own answer";
    EXPECT_NE(client.standardError().find("read"), std::string::npos);
}

TEST_F(FakeDevice, ReadsBehindAStartThatCameTooEarlyBringTheRest)
{
    auto &client = open("good");
    ASSERT_EQ(client.start().outcome.status, Status::good);
    std::vector<std::byte> data;
    ASSERT_EQ(client.read(10, data), Status::good);
    client.sendBare(Command::start);
    client.sendRead(10);
    EXPECT_EQ(decodeStartReply(client.receive()).outcome.status, Status::invalid);
    const auto reply = client.receiveRead();
    EXPECT_EQ(reply.outcome.status, Status::good);
    ASSERT_EQ(reply.data.size(), 10U);
    EXPECT_EQ(reply.data[0], std::byte{3});
    ASSERT_EQ(client.read(10, data), Status::good);
    ASSERT_EQ(client.read(10, data), Status::good);
    EXPECT_EQ(client.read(10, data), Status::eof);
}

TEST_F(FakeDevice, ReadsBehindAStartBringTheFrame)
{
    auto &client = open("announces");
    for (int frame = 0; frame < 3; ++frame) {
        client.sendBare(Command::start);
        for (int i = 0; i < 5; ++i)
            client.sendRead(10);
        EXPECT_EQ(decodeStartReply(client.receive()).outcome.status, Status::good);
        for (int i = 0; i < 4; ++i) {
            const auto reply = client.receiveRead();
            ASSERT_EQ(reply.data.size(), 10U);
            EXPECT_EQ(reply.data[0], std::byte(2 * i + 1));
        }
        EXPECT_EQ(client.receiveRead().outcome.status, Status::eof);
    }
}

TEST_F(FakeDevice, EveryAbortIsAnswered)
{
    auto &client = open("hangs-in-read");
    ASSERT_EQ(client.start().outcome.status, Status::good);
    for (int i = 0; i < 10; ++i) {
        client.sendRead(1000);
        client.sendBare(Command::abort);
    }
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(client.receiveRead().outcome.status, Status::cancelled);
        EXPECT_EQ(client.receive().command, static_cast<std::uint32_t>(Command::abort));
    }
}

TEST_F(FakeDevice, FrameIsLeftOnlyWhenAllItsDataHasBeenGiven)
{
    for (const auto name : {"good", "announces"}) {
        SCOPED_TRACE(name);
        auto &client = open(name);
        ASSERT_EQ(client.start().outcome.status, Status::good);
        const ControlOptionRequest set{1, Action::set, ValueType::string, text("1234567")};
        for (std::size_t given = 0; given < 40; given += 10) {
            const auto refused = client.start().outcome;
            EXPECT_EQ(refused.status, Status::invalid) << given;
            EXPECT_NE(refused.reason.find("still being read"), std::string::npos) << refused.reason;
            EXPECT_EQ(client.control(set).outcome.status, Status::invalid) << given;
            EXPECT_EQ(client.control({1, Action::set_auto, ValueType::string, {}}).outcome.status, Status::invalid);
            EXPECT_EQ(client.control({1, Action::get, ValueType::string, {}}).outcome.status, Status::good);
            std::vector<std::byte> data;
            ASSERT_EQ(client.read(10, data), Status::good);
            ASSERT_EQ(data, std::vector<std::byte>(10, std::byte(given / 5 + 1)));
        }
        ASSERT_EQ(client.start().outcome.status, Status::good) << "without reading the end";
        std::vector<std::byte> data;
        while (data.size() < 40 && client.read(10, data) == Status::good)
            ;
        ASSERT_EQ(data.size(), 40U) << "of the second frame";
        EXPECT_EQ(data.back(), std::byte(7));
        EXPECT_EQ(client.control(set).outcome.status, Status::good);
        EXPECT_EQ(client.start().outcome.status, Status::good);
    }
}

TEST_F(FakeDevice, BackendIsAskedForTheEndOnlyWhenTheClientAsks)
{
    auto &client = open("announces");
    for (int frame = 0; frame < 20; ++frame) {
        ASSERT_EQ(client.start().outcome.status, Status::good);
        std::vector<std::byte> data;
        while (data.size() < 40)
            ASSERT_EQ(client.read(1000, data), Status::good);
        client.parameters();
    }
    EXPECT_EQ(client.standardError().find("asked for the end"), std::string::npos);
    std::vector<std::byte> data;
    EXPECT_EQ(client.read(1000, data), Status::eof);
    EXPECT_EQ(client.read(1000, data), Status::eof);
}

TEST_F(FakeDevice, StartThatWaitsForTheBackendIsCancelledByAbort)
{
    auto &client = open("stalls");
    ASSERT_EQ(client.start().outcome.status, Status::good);
    std::vector<std::byte> data;
    ASSERT_EQ(client.read(10, data), Status::good);
    waitForHang();
    client.sendBare(Command::start);
    client.sendBare(Command::abort);
    EXPECT_EQ(decodeStartReply(client.receive()).outcome.status, Status::cancelled);
    EXPECT_EQ(client.receive().command, static_cast<std::uint32_t>(Command::abort));
    EXPECT_EQ(client.start().outcome.status, Status::good);
}

TEST_F(FakeDevice, EndOfTheChannelInterruptsABlockedCall)
{
    for (const auto name : {"hangs-in-read", "hangs-in-start"}) {
        auto &client = open(name);
        client.sendBare(Command::start);
        waitForHang();
        client.closeChannel();
        EXPECT_EQ(client.waitExit(4s), 0) << name << client.standardError();
    }
}

TEST_F(FakeDevice, DeviceThatIgnoresCancelIsLeftAfterItsGrace)
{
    auto &client = open("ignores-cancel");
    ASSERT_EQ(client.start().outcome.status, Status::good);
    waitForHang();
    client.closeChannel();
    ASSERT_EQ(::kill(client.pid(), SIGTERM), 0);
    EXPECT_EQ(client.waitExit(10s), 1);
    EXPECT_NE(client.standardError().find("doesn't react"), std::string::npos);
}

TEST_F(FakeDevice, OpenListsFirstWhereTheBackendNeedsIt)
{
    open("needs-listing");
}

TEST_F(FakeDevice, OpenSaysWhyItFailed)
{
    const auto denied = serve("denied").open();
    EXPECT_EQ(denied.outcome.status, Status::access_denied);
    EXPECT_NE(denied.outcome.reason.find("user ("), std::string::npos) << denied.outcome.reason;
    const auto busy = serve("busy").open();
    EXPECT_EQ(busy.outcome.status, Status::device_busy);
    EXPECT_NE(busy.outcome.reason.find("in use"), std::string::npos) << busy.outcome.reason;
}

TEST_F(FakeDevice, ReadsThatBringNothingAreRepeated)
{
    auto &client = open("good");
    ASSERT_EQ(client.start().outcome.status, Status::good);
    std::vector<std::byte> data;
    while (client.read(1000, data) == Status::good)
        ;
    EXPECT_EQ(data.size(), 40U);
    EXPECT_EQ(client.read(1000, data), Status::eof);
}

TEST_F(FakeDevice, LengthsThatCannotBeAreIoErrors)
{
    for (const auto name : {"long-read", "negative-read"}) {
        auto &client = open(name);
        std::vector<std::byte> data;
        EXPECT_EQ(client.read(1000, data), Status::io_error) << name;
        ASSERT_EQ(client.start().outcome.status, Status::good);
        EXPECT_EQ(client.read(1000, data), Status::io_error) << name;
        EXPECT_TRUE(data.empty());
    }
}

TEST_F(FakeDevice, StatusesThatAreNoneAreIoErrors)
{
    auto &client = open("odd-status");
    EXPECT_EQ(client.start().outcome.status, Status::io_error);
}

TEST_F(FakeDevice, StartSucceedsWithoutParameters)
{
    auto &client = open("no-parameters");
    const auto started = client.start();
    EXPECT_EQ(started.outcome.status, Status::good);
    EXPECT_FALSE(started.parameters);
    EXPECT_EQ(client.parameters().outcome.status, Status::invalid);
}

TEST_F(FakeDevice, OddOptionsDoNoHarm)
{
    auto &client = open("good");
    ASSERT_EQ(client.descriptors().size(), 4U);
    EXPECT_EQ(client.control({1, Action::get, ValueType::string, {}}).value, text("xxxxxxx"));
    const auto set = client.control({1, Action::set, ValueType::string, text("1234567")});
    EXPECT_EQ(set.info, info_inexact | info_reload_options | info_reload_parameters);
    EXPECT_EQ(client.control({1, Action::set, ValueType::string, text("12345678")}).outcome.status, Status::invalid);
    EXPECT_EQ(client.control({2, Action::get, ValueType::string, {}}).outcome.status, Status::invalid);
    EXPECT_EQ(client.control({3, Action::get, ValueType::group, {}}).outcome.status, Status::invalid);
    EXPECT_EQ(open("many-options").descriptors().size(), 4096U);
}

TEST_F(FakeDevice, ListerLeavesOutWhatCannotBeOpened)
{
    DeviceClient lister({"--list", "--sane-config-dir", config_.path()}, NETSANE_FAKE_DEVICE_PROGRAM);
    EXPECT_EQ(decodeInitReply(lister.receive()).outcome.status, Status::good);
    const auto reply = decodeGetDevicesReply(lister.receive());
    ASSERT_EQ(reply.devices.size(), 2U);
    EXPECT_EQ(reply.devices[0], (DeviceEntry{"fake:good", "", "model", "type"}));
    EXPECT_EQ(lister.waitExit(), 0);
}

} // namespace netsane::test
