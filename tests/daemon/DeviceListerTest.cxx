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

} // namespace

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
