#include "daemon/StatusReport.hxx"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace netsane;
using testing::HasSubstr;
using testing::Not;

namespace {

class StatusReportTest : public testing::Test {
protected:
    static DeviceBroker::Settings settings()
    {
        DeviceBroker::Settings settings{};
        settings.warm = 2;
        return settings;
    }

    std::string report() const
    {
        return makeStatusReport({connections_, broker_, penalties_, traffic_}, facts_, now_, 1'800'000'000);
    }

    static Peer peer(const char *address) { return {SocketAddress::parse(address).value(), {}}; }

    EventLoop loop_;
    ChildReaper reaper_{loop_};
    DeviceBroker broker_{loop_,
                         reaper_,
                         settings(),
                         AccessRules(ServerConfig()),
                         [](ConnectionId) { return nullptr; },
                         [](const OpenResult &, UniqueFd) {},
                         [](const DeviceList &) {}};
    ConnectionTable connections_;
    PenaltyTable penalties_;
    TrafficTable traffic_;
    StatusFacts facts_;
    TimePoint now_ = EventLoop::now();
};

} // namespace

TEST_F(StatusReportTest, IsOneLine)
{
    facts_.started_at = now_ - std::chrono::seconds(90);
    const auto text = report();
    EXPECT_EQ(text.find('\n'), text.size() - 1);
    EXPECT_THAT(text, HasSubstr(R"({"control":1,"ok":true,"version":")"));
    EXPECT_THAT(text, HasSubstr(R"("since":"2027-01-15T07:58:30Z","seconds":90)"));
    EXPECT_THAT(text, HasSubstr(R"("connections":[],"connections_left_out":0,"users":[],"devices":[])"));
    EXPECT_THAT(text, HasSubstr(R"("reload":null)"));
}

TEST_F(StatusReportTest, TellsAConnection)
{
    const auto id = connections_.add(peer("192.0.2.7:4000"), now_ - std::chrono::seconds(5));
    connections_.find(id)->user = "alice";
    connections_.find(id)->crypt = "tls";
    traffic_[id] = {id, 10, 1ULL << 40};
    const auto text = report();
    EXPECT_THAT(text,
                HasSubstr(R"("id":1,"peer":"192.0.2.7:4000","address":"192.0.2.7","user":"alice","crypt":"tls")"));
    EXPECT_THAT(text, HasSubstr(R"("received_bytes":10,"sent_bytes":1099511627776,"devices":[])"));
    EXPECT_THAT(text, HasSubstr(R"("users":[{"user":"alice","connections":1,"devices":0}])"));
}

TEST_F(StatusReportTest, LeavesOutBytesThatNobodyHasTold)
{
    connections_.add(peer("192.0.2.7:4000"), now_);
    EXPECT_THAT(report(), Not(HasSubstr("sent_bytes")));
    EXPECT_THAT(report(), HasSubstr(R"("user":null,"crypt":"none")"));
}

TEST_F(StatusReportTest, EscapesWhatPeersSay)
{
    const auto id = connections_.add(peer("192.0.2.7:4000"), now_);
    connections_.find(id)->user = "a\"},\n\x1b[2J";
    connections_.find(id)->crypt = "\\\xff";
    const auto text = report();
    EXPECT_THAT(text, HasSubstr(R"("user":"a\"},\u000a\u001b[2J")"));
    EXPECT_THAT(text, HasSubstr(R"("crypt":"\\\u00ff")"));
    EXPECT_EQ(text.find('\n'), text.size() - 1);
}

TEST_F(StatusReportTest, IsBounded)
{
    for (std::size_t i = 0; i < max_status_entries + 3; ++i)
        connections_.add(peer("192.0.2.7:4000"), now_);
    const auto text = report();
    EXPECT_THAT(text, HasSubstr(R"("connections_left_out":3)"));
    EXPECT_THAT(text, Not(HasSubstr("\"id\":" + std::to_string(max_status_entries + 1))));
    EXPECT_THAT(text, HasSubstr(R"("who":"192.0.2.7")"));
}

TEST(ControlError, SaysWhy)
{
    const auto text = makeControlError("a\"b");
    EXPECT_THAT(text, HasSubstr(R"("ok":false)"));
    EXPECT_THAT(text, HasSubstr(R"("error":"a\"b"})"));
}
