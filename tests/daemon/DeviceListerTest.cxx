#include "daemon/DeviceLister.hxx"
#include "daemon/IpcMessages.hxx"
#include "os/Socket.hxx"

#include <gtest/gtest.h>

using namespace netsane;

namespace {

DeviceEntry device(const std::string &name)
{
    return {name, "Noname", "frontend-tester", "virtual device"};
}

constexpr Milliseconds too_long{20000}; // less than a listing may take here, and more than anything else does

// A lister that never ends.
class DeviceListerStop : public testing::Test {
protected:
    static ChildSpec hanging()
    {
        ChildSpec spec;
        spec.program = "/bin/sleep";
        spec.arguments = {"600"};
        return spec;
    }

    void runUntilNoChildIsLeft()
    {
        Timer poll(loop_, [&] { reaper_.empty() ? loop_.stop() : poll.schedule(Milliseconds(2)); });
        Timer late(loop_, [this] { loop_.stop(); });
        poll.schedule(Milliseconds(0));
        late.schedule(too_long);
        loop_.run();
        EXPECT_TRUE(reaper_.empty());
    }

    EventLoop loop_;
    ChildReaper reaper_{loop_};
    int done_ = 0;
    DeviceLister lister_{loop_, reaper_, hanging(), 10 * too_long, [this] { ++done_; }};
};

} // namespace

TEST_F(DeviceListerStop, EndsAListingThatHangs)
{
    lister_.refresh();
    ASSERT_FALSE(reaper_.empty());
    lister_.renew();
    lister_.stop();
    EXPECT_FALSE(lister_.isRunning());
    runUntilNoChildIsLeft();
    EXPECT_EQ(done_, 0);
}

TEST_F(DeviceListerStop, StartsNoneAnyMore)
{
    lister_.stop();
    lister_.refresh();
    lister_.renew();
    EXPECT_FALSE(lister_.isRunning());
    EXPECT_TRUE(reaper_.empty());
}

TEST(DeviceLister, KeepsAListThatFits)
{
    std::vector<DeviceEntry> devices{device("test:0"), device("test:\xc3\xa4")};
    EXPECT_EQ(DeviceLister::dropUnusable(devices), 0U);
    EXPECT_EQ(devices.size(), 2U);
}

TEST(DeviceLister, DropsNamesThatCannotBeUsed)
{
    auto wordy = device("test:3");
    wordy.model.assign(5000, 'x');
    std::vector<DeviceEntry> devices{
        device(""), device("test:\n"), device("test:0"), device("a\x7f"), device(std::string(1024, 'x')),
        wordy,      device("test:1")};
    EXPECT_EQ(DeviceLister::dropUnusable(devices), 5U);
    ASSERT_EQ(devices.size(), 2U);
    EXPECT_EQ(devices[1].name, "test:1");
}

TEST(DeviceLister, KeepsNoMoreThanAPacketHolds)
{
    for (const std::size_t name_bytes : {1U, 30U, 1023U}) {
        std::vector<DeviceEntry> devices(50000, device(std::string(name_bytes, 'x')));
        EXPECT_GT(DeviceLister::dropUnusable(devices), 0U);
        EXPECT_GT(devices.size(), 10U);
        const DeviceList list{1, 1, {{}, devices}};
        EXPECT_LE(encodeIpc(list).size(), max_packet_bytes);
    }
}
