#include "daemon/WorkerProcess.hxx"

#include <csignal>
#include <gtest/gtest.h>

#include <string>
#include <vector>

using namespace netsane;

namespace {

constexpr Milliseconds deadline{20000};
constexpr Milliseconds patience{1500};

// A worker that is this program itself: see main().
class WorkerProcessTest : public testing::Test {
protected:
    WorkerProcessTest()
        : reaper(loop),
          too_late(loop,
                   [this] {
                       ADD_FAILURE() << "nothing happened in time";
                       loop.stop();
                   }),
          worker(loop, reaper, "test", spec(), patience, callbacks())
    {
        too_late.schedule(deadline);
    }

    ~WorkerProcessTest() override
    {
        worker.stop();
        Timer poll(loop, [this, &poll] { reaper.empty() ? loop.stop() : poll.schedule(Milliseconds(10)); });
        poll.schedule(Milliseconds(0));
        loop.run();
    }

    static ChildSpec spec()
    {
        ChildSpec made;
        made.program = "/proc/self/exe";
        made.arguments = {"--worker"};
        return made;
    }

    WorkerProcess::Callbacks callbacks()
    {
        return {
            [this] { return encodeIpc(IpcCommand::auth_setup, first_setup); },
            [] {},
            [this] {
                ++ready;
                loop.stop();
            },
            [this](MessageView message, std::vector<UniqueFd> &) {
                said = decodeText(message);
                loop.stop();
            },
            [this] { ++gone; },
            [](const std::string &) { FAIL() << "it didn't start"; },
        };
    }

    void tryOut(const std::string &setup)
    {
        outcomes.clear();
        worker.tryOut(encodeIpc(IpcCommand::auth_setup, setup), [this](const std::string &failure) {
            outcomes.push_back(failure);
            loop.stop();
        });
    }

    std::string ask()
    {
        said.clear();
        worker.send(encodeIpc(IpcCommand::auth_step, "who"));
        loop.run();
        return said;
    }

    EventLoop loop;
    ChildReaper reaper;
    Timer too_late;
    std::string first_setup = "good first";
    int ready = 0;
    int gone = 0;
    std::string said;
    std::vector<std::string> outcomes;
    WorkerProcess worker;
};

} // namespace

TEST_F(WorkerProcessTest, ACandidateTakesThePlaceOfTheProcess)
{
    worker.start();
    loop.run();
    EXPECT_EQ(ask(), "good first");
    tryOut("good second");
    loop.run();
    ASSERT_EQ(outcomes, std::vector<std::string>{""});
    ASSERT_TRUE(worker.hasReadyCandidate());
    EXPECT_EQ(ask(), "good first") << "not before it is promoted";
    worker.promoteCandidate();
    EXPECT_TRUE(worker.isReady());
    EXPECT_EQ(gone, 1);
    EXPECT_EQ(ready, 2);
    EXPECT_FALSE(worker.hasReadyCandidate());
    EXPECT_EQ(ask(), "good second");
}

TEST_F(WorkerProcessTest, ACandidateThatCannotStartChangesNothing)
{
    worker.start();
    loop.run();
    tryOut("bad plugin");
    loop.run();
    EXPECT_EQ(outcomes, std::vector<std::string>{"bad plugin"});
    EXPECT_FALSE(worker.hasReadyCandidate());
    EXPECT_EQ(ask(), "good first");
    EXPECT_EQ(gone, 0);
}

TEST_F(WorkerProcessTest, ACandidateThatIsDroppedTellsNothing)
{
    worker.start();
    loop.run();
    tryOut("bad plugin");
    worker.dropCandidate();
    EXPECT_EQ(ask(), "good first");
    EXPECT_TRUE(outcomes.empty());
}

TEST_F(WorkerProcessTest, ACandidateThatEndsAfterItWasReadyIsReportedToo)
{
    worker.start();
    loop.run();
    tryOut("good but short-lived");
    loop.run();
    ASSERT_EQ(outcomes, std::vector<std::string>{""});
    loop.run();
    EXPECT_EQ(outcomes, (std::vector<std::string>{"", "end of file"}));
    EXPECT_FALSE(worker.hasReadyCandidate());
    EXPECT_EQ(ask(), "good first");
}

TEST_F(WorkerProcessTest, OneThatAnswersIsLeftAlone)
{
    worker.start();
    loop.run();
    Timer later(loop, [this] { loop.stop(); });
    later.schedule(patience * 2);
    loop.run();
    EXPECT_EQ(gone, 0);
    EXPECT_TRUE(worker.isReady());
}

TEST_F(WorkerProcessTest, OneThatNoLongerAnswersIsReplaced)
{
    first_setup = "good but deaf";
    worker.start();
    loop.run();
    ASSERT_EQ(ready, 1);
    first_setup = "good second";
    loop.run(); // until another one is ready
    EXPECT_EQ(gone, 1);
    EXPECT_EQ(ready, 2);
    EXPECT_EQ(ask(), "good second");
}

namespace {

// Is ready with a setup that begins with "good", else says the setup as the reason. Answers with its setup.
int runWorker()
{
    EventLoop loop;
    std::string setup;
    PacketChannel *supervisor = nullptr;
    Timer end(loop, [&loop] { loop.stop(); });
    PacketChannel channel(
        loop, UniqueFd(child_channel_fd),
        [&](MessageView message, std::vector<UniqueFd> &) {
            if (static_cast<IpcCommand>(message.command) == IpcCommand::ping)
                return setup.ends_with("deaf") ? static_cast<void>(::raise(SIGSTOP))
                                               : supervisor->send(encodeIpc(IpcCommand::pong));
            if (static_cast<IpcCommand>(message.command) != IpcCommand::auth_setup)
                return supervisor->send(encodeIpc(IpcCommand::auth_continue, setup));
            setup = decodeText(message);
            const bool good = setup.starts_with("good");
            supervisor->send(good ? encodeIpc(IpcCommand::ready) : encodeIpc(IpcCommand::start_failed, setup));
            supervisor->drain();
            if (!good || setup.ends_with("short-lived"))
                end.schedule(Milliseconds(good ? 100 : 0));
        },
        [&loop](const std::string &) { loop.stop(); });
    supervisor = &channel;
    loop.run();
    return 0;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc == 2 && std::string(argv[1]) == "--worker")
        return runWorker();
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
