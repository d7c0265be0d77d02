// A program of its own: it is also the device process, see main().
#include "daemon/DevicePool.hxx"
#include "os/Socket.hxx"
#include "protocol/DeviceMessages.hxx"
#include "wire/FrameDecoder.hxx"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/file.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <vector>

using namespace netsane;
using namespace std::chrono_literals;

namespace {

constexpr Milliseconds patience{3000};

class DevicePoolTest : public testing::Test {
protected:
    DevicePoolTest()
        : too_late_(loop_,
                    [this] {
                        ADD_FAILURE() << "nothing happened in time";
                        loop_.stop();
                    }),
          poll_(loop_, [] {})
    {
        std::string name = (std::filesystem::temp_directory_path() / "netsane-pool-XXXXXX").string();
        EXPECT_NE(::mkdtemp(name.data()), nullptr);
        folder_ = name;
    }

    ~DevicePoolTest() override
    {
        pool_->stop();
        channels_.clear();
        for (const auto ticket : tickets_)
            pool_->release(ticket, 0ms);
        runUntil([this] { return reaper_.empty(); });
        std::filesystem::remove_all(folder_);
    }

    // behaviours: of the processes in the order in which they start, the last is that of all others. See behave().
    void makePool(const std::vector<std::string> &behaviours, std::size_t warm)
    {
        for (const auto &behaviour : behaviours)
            std::ofstream(folder_ / "behaviours", std::ios::app) << behaviour << '\n';
        pool_ = std::make_unique<DevicePool>(loop_, reaper_, settings(warm));
        pool_->prepare();
    }

    DevicePool::Settings settings(std::size_t warm) const
    {
        ChildSpec spec;
        spec.program = "/proc/self/exe";
        spec.arguments = {"--behave", folder_.string()};
        return {spec, warm, patience};
    }

    void runUntil(const std::function<bool()> &condition)
    {
        too_late_.schedule(20s);
        Timer poll(loop_, [&] { condition() ? loop_.stop() : poll.schedule(2ms); });
        poll.schedule(0ms);
        loop_.run();
        too_late_.cancel();
    }

    // How many processes have said or done this up to now (the lines of a file).
    std::vector<std::string> lines(const std::string &what) const
    {
        std::vector<std::string> found;
        std::ifstream file(folder_ / what);
        for (std::string line; std::getline(file, line);)
            found.push_back(line);
        return found;
    }

    DevicePool::Ticket assign(const std::string &device)
    {
        auto [session, channel] = streamSocketPair();
        setNonBlocking(session.get(), true);
        channels_.push_back(std::move(session));
        const auto ticket = pool_->assign(device, std::move(channel),
                                          [this](DevicePool::Ticket ended, int) { ended_.push_back(ended); });
        tickets_.push_back(ticket);
        return ticket;
    }

    // What the process says on the last channel: its number and the device that it was given.
    std::string answer()
    {
        std::string text;
        runUntil([&] {
            char buffer[256];
            const auto got = ::read(channels_.back().get(), buffer, sizeof buffer);
            if (got > 0)
                text.append(buffer, static_cast<std::size_t>(got));
            return got == 0 || text.ends_with('\n');
        });
        return text;
    }

    std::string expected(DevicePool::Ticket ticket, const std::string &device) const
    {
        return std::to_string(pool_->process(ticket)) + " " + device + "\n";
    }

    EventLoop loop_;
    ChildReaper reaper_{loop_};
    Timer too_late_;
    Timer poll_;
    std::filesystem::path folder_;
    std::unique_ptr<DevicePool> pool_;
    std::vector<UniqueFd> channels_;
    std::vector<DevicePool::Ticket> tickets_;
    std::vector<DevicePool::Ticket> ended_;
};

} // namespace

TEST_F(DevicePoolTest, GivesADeviceToTheProcessThatWaits)
{
    makePool({"good"}, 1);
    runUntil([this] { return lines("ready").size() == 1; });
    const auto ticket = assign("test:0");
    EXPECT_EQ(answer(), lines("ready")[0] + " test:0\n");
    EXPECT_EQ(std::to_string(pool_->process(ticket)), lines("ready")[0]);
    runUntil([this] { return lines("ready").size() == 2; }); // the next one waits
    channels_.clear();
    runUntil([this] { return !ended_.empty(); });
    EXPECT_EQ(ended_, tickets_);
    EXPECT_EQ(pool_->process(ticket), 0);
}

TEST_F(DevicePoolTest, StartsAProcessWhereNoneWaits)
{
    makePool({"good"}, 0);
    const auto first = assign("test:0");
    const auto first_said = answer();
    EXPECT_EQ(first_said, expected(first, "test:0"));
    const auto second = assign("test:1");
    const auto second_said = answer();
    EXPECT_EQ(second_said, expected(second, "test:1"));
    EXPECT_EQ(lines("ready").size(), 2U) << "none waits";
}

TEST_F(DevicePoolTest, ADeviceWaitsForAProcessThatStarts)
{
    makePool({"slow", "good"}, 1);
    runUntil([this] { return lines("started").size() == 1; });
    assign("test:0");
    EXPECT_EQ(answer(), lines("started")[0] + " test:0\n");
}

TEST_F(DevicePoolTest, OpensInARowDoNotPutOffTheNextProcess)
{
    makePool({"good"}, 1);
    runUntil([this] { return lines("ready").size() == 1; });
    assign("test:0");
    bool was_there = false;
    Timer opens(loop_, [&] {
        const auto before = reaper_.size();
        assign("test:" + std::to_string(tickets_.size()));
        was_there = reaper_.size() == before; // none was started for it
        if (!was_there)
            opens.schedule(1ms);
    });
    opens.schedule(1ms);
    runUntil([&] { return was_there; });
}

TEST_F(DevicePoolTest, ReplacesAProcessThatDies)
{
    makePool({"dies", "good"}, 1);
    runUntil([this] { return lines("ready").size() == 1; });
    assign("test:0");
    EXPECT_EQ(answer(), lines("ready")[0] + " test:0\n");
}

TEST_F(DevicePoolTest, ReplacesAProcessThatHangsBeforeItIsReady)
{
    makePool({"hangs", "good"}, 1);
    runUntil([this] { return lines("ready").size() == 1; });
    EXPECT_EQ(lines("started").size(), 2U);
    EXPECT_NE(::kill(std::stoi(lines("started")[0]), 0), 0) << "it is there still";
}

TEST_F(DevicePoolTest, AnotherTakesWhatAProcessThatDiesWasGiven)
{
    makePool({"dies when assigned", "dies when assigned", "good"}, 1);
    runUntil([this] { return lines("ready").size() == 1; });
    const auto ticket = assign("test:0");
    ASSERT_EQ(::write(channels_.back().get(), "?", 1), 1) << "what the session says is kept for it";
    const auto ticket_said = answer();
    EXPECT_EQ(ticket_said, expected(ticket, "test:0"));
    EXPECT_TRUE(ended_.empty());
    EXPECT_EQ(lines("ready").size(), 3U);
}

TEST_F(DevicePoolTest, AnotherTakesWhatAStoppedProcessWasGiven)
{
    makePool({"deaf", "good"}, 1);
    runUntil([this] { return lines("ready").size() == 1; });
    const auto ticket = assign("test:0");
    const auto ticket_said = answer();
    EXPECT_EQ(ticket_said, expected(ticket, "test:0"));
    EXPECT_NE(pool_->process(ticket), std::stoi(lines("ready")[0]));
}

TEST_F(DevicePoolTest, TellsWhenNobodyTakesADevice)
{
    makePool({"dies"}, 0);
    const auto ticket = assign("test:0");
    EXPECT_EQ(answer(), "") << "the channel ends";
    runUntil([this] { return !ended_.empty(); });
    EXPECT_EQ(ended_, std::vector{ticket});
    EXPECT_LE(lines("started").size(), 3U);
}

TEST_F(DevicePoolTest, AChannelThatNobodyNeedsAnyMoreGoesToNoOtherProcess)
{
    makePool({"dies when assigned", "good"}, 0);
    const auto ticket = assign("test:0");
    pool_->release(ticket, 20s);
    runUntil([this] { return !ended_.empty(); });
    EXPECT_EQ(ended_, std::vector{ticket});
    EXPECT_EQ(lines("started").size(), 1U);
}

TEST_F(DevicePoolTest, WhatOneHasTakenGoesToNoOther)
{
    makePool({"takes and dies", "good"}, 0);
    for (int i = 0; i < 10; ++i) {
        std::ofstream(folder_ / "behaviours", std::ios::trunc) << "takes and dies\ngood\n";
        const auto ticket = assign("test:0");
        runUntil([&] { return !ended_.empty() && ended_.back() == ticket; });
    }
    EXPECT_EQ(lines("started").size(), 10U);
}

TEST_F(DevicePoolTest, KillsAProcessThatIsReleasedAndStays)
{
    makePool({"stays"}, 0);
    const auto ticket = assign("test:0");
    const auto ticket_said = answer();
    EXPECT_EQ(ticket_said, expected(ticket, "test:0"));
    channels_.clear();
    pool_->release(ticket, 50ms);
    runUntil([this] { return !ended_.empty(); });
}

TEST_F(DevicePoolTest, ReplacesThoseThatWait)
{
    makePool({"good"}, 2);
    runUntil([this] { return lines("ready").size() == 2; });
    pool_->replace(settings(1));
    runUntil([this] { return lines("ready").size() == 3 && lines("ended").size() == 2; });
    const auto ticket = assign("test:0");
    EXPECT_EQ(answer(), lines("ready")[2] + " test:0\n");
    EXPECT_NE(pool_->process(ticket), 0);
}

TEST_F(DevicePoolTest, NonsenseEndsAProcess)
{
    makePool({"babbles", "good"}, 1);
    runUntil([this] { return lines("ready").size() == 1; });
    EXPECT_EQ(lines("started").size(), 2U);
}

TEST_F(DevicePoolTest, SaysThatAProcessCannotBeStarted)
{
    makePool({"good"}, 0);
    auto without = settings(0);
    without.program.program = "/nonexistent/program";
    pool_->replace(without);
    EXPECT_THROW(assign("test:0"), std::system_error);
}

namespace {

std::filesystem::path folder;

void note(const char *what)
{
    std::ofstream(folder / what, std::ios::app) << ::getpid() << '\n' << std::flush;
}

// Takes the first line, unless it is the only one that is left.
std::string takeBehaviour()
{
    const UniqueFd lock(::open((folder / "lock").c_str(), O_RDWR | O_CREAT, 0600));
    ::flock(lock.get(), LOCK_EX);
    std::ifstream file(folder / "behaviours");
    std::string first;
    std::string rest;
    std::getline(file, first);
    for (std::string line; std::getline(file, line);)
        rest += line + "\n";
    if (!rest.empty())
        std::ofstream(folder / "behaviours", std::ios::trunc) << rest;
    return first;
}

template<typename Encode>
void say(const Encode &encode)
{
    ByteBuffer message;
    encode(message);
    sendPacket(child_channel_fd, message.data(), {});
}

int behave()
{
    const std::string behaviour = takeBehaviour();
    note("started");
    if (behaviour == "dies")
        return 3;
    if (behaviour == "hangs")
        ::pause();
    if (behaviour == "slow")
        ::usleep(300000);
    if (behaviour == "babbles")
        say([](ByteBuffer &out) { encodeOpenReply(out, {}); });
    else
        say([](ByteBuffer &out) { encodeInitReply(out, {}); });
    if (behaviour == "babbles")
        ::pause();
    note("ready");
    if (behaviour == "deaf")
        ::raise(SIGSTOP);
    Packet packet;
    if (receivePacket(child_channel_fd, packet) != ReceiveResult::packet) {
        note("ended");
        return 0;
    }
    if (behaviour == "dies when assigned")
        return 4;
    const auto device = decodeOpenRequest(viewMessage(packet.bytes, limits_after_login)).device;
    say([](ByteBuffer &out) { encodeOpenReply(out, {}); });
    if (behaviour == "takes and dies")
        return 6;
    const std::string text = std::to_string(::getpid()) + " " + device + "\n";
    if (packet.fds.size() != 1 || ::write(packet.fds[0].get(), text.data(), text.size()) < 0)
        return 5;
    for (char ignored; ::read(packet.fds[0].get(), &ignored, 1) > 0;)
        continue;
    if (behaviour == "stays")
        ::pause();
    return 0;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc == 3 && std::string(argv[1]) == "--behave") {
        folder = argv[2];
        return behave();
    }
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
