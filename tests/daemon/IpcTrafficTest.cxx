#include "daemon/IpcMessages.hxx"
#include "os/Socket.hxx"
#include "wire/FrameDecoder.hxx"
#include "wire/ProtocolError.hxx"

#include <gtest/gtest.h>

using namespace netsane;

namespace {

MessageView view(const ByteBuffer &bytes)
{
    return viewMessage(bytes.data(), limits_after_login);
}

TrafficReport reportOf(std::size_t connections)
{
    TrafficReport report{7, true, {}};
    for (std::size_t i = 0; i < connections; ++i)
        report.connections.push_back({static_cast<ConnectionId>(i + 1), 0x123456789aULL + i, ~0ULL - i});
    return report;
}

} // namespace

TEST(IpcTraffic, KeepsAllNumbers)
{
    const auto bytes = encodeIpc(reportOf(3));
    const auto report = decodeTrafficReport(view(bytes));
    EXPECT_EQ(report.serial, 7U);
    EXPECT_TRUE(report.last);
    ASSERT_EQ(report.connections.size(), 3U);
    EXPECT_EQ(report.connections[2].connection, 3U);
    EXPECT_EQ(report.connections[2].received_bytes, 0x123456789cULL);
    EXPECT_EQ(report.connections[2].sent_bytes, ~0ULL - 2);
}

TEST(IpcTraffic, FitsIntoAPacket)
{
    EXPECT_LE(encodeIpc(reportOf(TrafficReport::max_connections)).size(), max_packet_bytes);
}

TEST(IpcTraffic, RefusesMoreThanFit)
{
    const auto bytes = encodeIpc(reportOf(TrafficReport::max_connections + 1));
    EXPECT_THROW(decodeTrafficReport(view(bytes)), ProtocolError);
}

TEST(IpcTraffic, KeepsAReason)
{
    const auto bytes = encodeIpc(EndNote{5, "enough"});
    const auto note = decodeEndNote(view(bytes));
    EXPECT_EQ(note.connection, 5U);
    EXPECT_EQ(note.reason, "enough");
}
