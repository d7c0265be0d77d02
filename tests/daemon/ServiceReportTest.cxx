#include "FakeServiceManager.hxx"

#include "daemon/ServiceReport.hxx"

#include <chrono>
#include <string>

using namespace netsane;
using namespace std::chrono_literals;
using netsane::testing::FakeServiceManager;

namespace {

class ServiceReportTest : public ::testing::Test {
protected:
    ServiceReportTest() : end_(loop_, [this] { loop_.stop(); }) {}

    ServiceReport report(std::chrono::microseconds watchdog = {})
    {
        return {loop_, ServiceNotifier(manager_.address(), watchdog), [this] { return load_; }, 20ms};
    }

    void runFor(Milliseconds time)
    {
        end_.schedule(time);
        loop_.run();
    }

    EventLoop loop_;
    Timer end_;
    FakeServiceManager manager_;
    std::string load_ = "0 connections";
};

TEST_F(ServiceReportTest, TellsAChangeOnceAndLater)
{
    auto report = this->report();
    report.changed(); // before it serves
    report.started();
    EXPECT_EQ(manager_.next(), "READY=1\nSTATUS=0 connections");
    for (const char *const load : {"1 connection", "2 connections", "3 connections"}) {
        load_ = load;
        report.changed();
    }
    EXPECT_EQ(manager_.next(0), "(none)");
    runFor(100ms);
    EXPECT_EQ(manager_.next(), "STATUS=3 connections");
    report.changed(); // into the same
    runFor(100ms);
    EXPECT_EQ(manager_.next(0), "(none)");
}

TEST_F(ServiceReportTest, SaysWhyAReloadFailedUntilOneSucceeds)
{
    auto report = this->report();
    report.started();
    report.reloading();
    report.reloaded("netsaned.conf:3: bad");
    report.reloading();
    report.reloaded("");
    EXPECT_EQ(manager_.next().substr(0, 7), "READY=1");
    EXPECT_EQ(manager_.next().substr(0, 11), "RELOADING=1");
    EXPECT_EQ(manager_.next(), "READY=1\nSTATUS=0 connections; not reloaded, the old configuration stays: "
                               "netsaned.conf:3: bad");
    EXPECT_EQ(manager_.next().substr(0, 11), "RELOADING=1");
    EXPECT_EQ(manager_.next(), "READY=1\nSTATUS=0 connections");
}

TEST_F(ServiceReportTest, TellsNoLoadAtTheEnd)
{
    auto report = this->report();
    report.started();
    load_ = "1 connection";
    report.changed();
    report.stopping();
    report.changed();
    runFor(100ms);
    EXPECT_EQ(manager_.next().substr(0, 7), "READY=1");
    EXPECT_EQ(manager_.next(), "STOPPING=1\nSTATUS=ending");
    EXPECT_EQ(manager_.next(0), "(none)");
}

TEST_F(ServiceReportTest, LivesFromTheBeginning)
{
    auto report = this->report(20ms);
    EXPECT_EQ(manager_.next(), "WATCHDOG=1");
    runFor(100ms);
    EXPECT_EQ(manager_.next(0), "WATCHDOG=1");
    report.stopping();
    while (manager_.next(0) != "STOPPING=1\nSTATUS=ending")
        continue;
    runFor(100ms); // its children may take their time to end
    EXPECT_EQ(manager_.next(0), "WATCHDOG=1");
}

} // namespace
