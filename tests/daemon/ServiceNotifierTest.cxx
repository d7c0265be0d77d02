#include "FakeServiceManager.hxx"

#include "daemon/ServiceNotifier.hxx"

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <stdexcept>
#include <unistd.h>

using namespace netsane;
using namespace std::chrono_literals;
using netsane::testing::FakeServiceManager;

namespace {

class ServiceEnvironment : public ::testing::Test {
protected:
    ServiceEnvironment() { clear(); }
    ~ServiceEnvironment() override { clear(); }

    static void clear()
    {
        for (const char *const name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
            ::unsetenv(name);
    }
    static void set(const char *name, const std::string &value) { ::setenv(name, value.c_str(), 1); }
};

TEST(ServiceNotifier, TellsAManagerAtAPath)
{
    FakeServiceManager manager;
    ServiceNotifier notifier(manager.address());
    EXPECT_TRUE(notifier.isActive());
    notifier.ready("0 connections");
    EXPECT_EQ(manager.next(), "READY=1\nSTATUS=0 connections");
    notifier.status("1 connection");
    EXPECT_EQ(manager.next(), "STATUS=1 connection");
    notifier.alive();
    EXPECT_EQ(manager.next(), "WATCHDOG=1");
    notifier.stopping("ending");
    EXPECT_EQ(manager.next(), "STOPPING=1\nSTATUS=ending");
}

TEST(ServiceNotifier, TellsAManagerWithAnAbstractName)
{
    FakeServiceManager manager(true);
    ASSERT_EQ(manager.address()[0], '@');
    ServiceNotifier(manager.address()).ready("here");
    EXPECT_EQ(manager.next(), "READY=1\nSTATUS=here");
}

TEST(ServiceNotifier, TellsWhenAReloadBegan)
{
    const auto now = [] {
        timespec time{};
        ::clock_gettime(CLOCK_MONOTONIC, &time);
        return time.tv_sec * 1'000'000LL + time.tv_nsec / 1000;
    };
    FakeServiceManager manager;
    const auto before = now();
    ServiceNotifier(manager.address()).reloading();
    const auto after = now();
    const std::string message = manager.next();
    const std::string begin = "RELOADING=1\nMONOTONIC_USEC=";
    ASSERT_EQ(message.substr(0, begin.size()), begin);
    const long long told = std::stoll(message.substr(begin.size()));
    EXPECT_GE(told, before);
    EXPECT_LE(told, after);
}

// Somebody's text must not become a word to the manager.
TEST(ServiceNotifier, KeepsAStatusOnItsLine)
{
    FakeServiceManager manager;
    ServiceNotifier(manager.address()).status("a\nMAINPID=1\rb\x7f");
    EXPECT_EQ(manager.next(), "STATUS=a?MAINPID=1?b?");
}

TEST(ServiceNotifier, RefusesAddressesOfOtherKinds)
{
    for (const std::string address : {"", "/", "@", "relative", "vsock:2:1234", "unix:/run/x"})
        EXPECT_THROW(ServiceNotifier{address}, std::invalid_argument) << address;
    EXPECT_NO_THROW(ServiceNotifier{"/" + std::string(106, 'x')});
    EXPECT_THROW(ServiceNotifier{"/" + std::string(107, 'x')}, std::invalid_argument);
    EXPECT_THROW(ServiceNotifier{"@" + std::string(107, 'x')}, std::invalid_argument);
}

TEST(ServiceNotifier, GoesOnWithoutAManagerThatHasGone)
{
    FakeServiceManager manager;
    ServiceNotifier notifier(manager.address());
    manager.close();
    notifier.ready("here");
    notifier.alive();
    notifier.stopping("");
}

TEST(ServiceNotifier, DoesNotWaitLongForAManagerThatDoesNotRead)
{
    FakeServiceManager manager;
    ServiceNotifier notifier(manager.address());
    for (int i = 0; i < 10'000; ++i) // until its queue is full, and beyond: what isn't waited for is dropped
        notifier.status("a text of some length that fills the queue of the socket");
    const auto begin = std::chrono::steady_clock::now();
    notifier.ready("here");
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 500ms);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 30s);
}

TEST(ServiceNotifier, TellsNobodyWithoutAnAddress)
{
    ServiceNotifier notifier;
    EXPECT_FALSE(notifier.isActive());
    EXPECT_EQ(notifier.aliveInterval(), 0ms);
    notifier.ready("here");
    notifier.alive();
}

TEST_F(ServiceEnvironment, IsEmptyWithoutAManager)
{
    set("WATCHDOG_USEC", "1000000");
    const auto notifier = ServiceNotifier::fromEnvironment();
    EXPECT_FALSE(notifier.isActive());
    EXPECT_EQ(notifier.aliveInterval(), 0ms);
}

TEST_F(ServiceEnvironment, LeavesNothingForChildren)
{
    FakeServiceManager manager;
    set("NOTIFY_SOCKET", manager.address());
    set("WATCHDOG_USEC", "1000000");
    set("WATCHDOG_PID", std::to_string(::getpid()));
    auto notifier = ServiceNotifier::fromEnvironment();
    for (const char *const name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
        EXPECT_EQ(std::getenv(name), nullptr) << name;
    notifier.ready("here");
    EXPECT_EQ(manager.next(), "READY=1\nSTATUS=here");
    EXPECT_EQ(notifier.aliveInterval(), 500ms);
}

TEST_F(ServiceEnvironment, IgnoresAWatchdogThatIsNotForThisProcess)
{
    struct Row {
        const char *microseconds;
        const char *pid;
        Milliseconds expected;
    };
    FakeServiceManager manager;
    for (const Row &row : {Row{"3000000", "", 1500ms}, Row{"3000000", "1", 0ms}, Row{"3000000", "x", 0ms},
                           Row{"", "", 0ms}, Row{"-5", "", 0ms}, Row{"0", "", 0ms}, Row{"5 s", "", 0ms},
                           Row{"1", "", 1ms}, Row{"99999999999999999999999", "", 0ms}}) {
        set("NOTIFY_SOCKET", manager.address());
        set("WATCHDOG_USEC", row.microseconds);
        set("WATCHDOG_PID", row.pid);
        EXPECT_EQ(ServiceNotifier::fromEnvironment().aliveInterval(), row.expected)
            << row.microseconds << ' ' << row.pid;
    }
}

} // namespace
