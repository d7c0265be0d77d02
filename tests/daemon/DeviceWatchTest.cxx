#include "daemon/DeviceWatch.hxx"
#include "os/Socket.hxx"

#include <gtest/gtest.h>

#include <unistd.h>

using namespace netsane;
using namespace std::chrono_literals;

namespace {

// What is written to a pipe is the news: 'y' is one that matters.
class FakeSource final : public HotplugSource {
public:
    explicit FakeSource(UniqueFd fd) : fd_(std::move(fd)) { setNonBlocking(fd_.get(), true); }
    int fd() const noexcept override { return fd_.get(); }
    bool takeNews() noexcept override
    {
        bool news = false;
        for (char one; ::read(fd_.get(), &one, 1) == 1;)
            news = news || one == 'y';
        return news;
    }

private:
    UniqueFd fd_;
};

class DeviceWatchTest : public testing::Test {
protected:
    DeviceWatchTest() : late_(loop_, [this] { loop_.stop(); })
    {
        int fds[2];
        EXPECT_EQ(::pipe(fds), 0);
        read_end_.reset(fds[0]);
        write_end_.reset(fds[1]);
    }

    void watch(bool with_source, std::optional<std::chrono::seconds> period)
    {
        std::unique_ptr<HotplugSource> source;
        if (with_source)
            source = std::make_unique<FakeSource>(std::move(read_end_));
        watch_ = std::make_unique<DeviceWatch>(
            loop_, std::move(source), SettlingTimes{50ms, 500ms, 0ms},
            [this] {
                ++hotplugs_;
                loop_.stop();
            },
            [this] {
                ++periods_;
                loop_.stop();
            });
        watch_->start(period);
    }

    void say(const char *news) { ASSERT_GT(::write(write_end_.get(), news, strlen(news)), 0); }

    // Until something is called, but not for longer than this.
    void run(Milliseconds most)
    {
        late_.schedule(most);
        loop_.run();
    }

    EventLoop loop_;
    Timer late_;
    UniqueFd read_end_;
    UniqueFd write_end_;
    std::unique_ptr<DeviceWatch> watch_;
    int hotplugs_ = 0;
    int periods_ = 0;
};

} // namespace

TEST_F(DeviceWatchTest, TellsOnceOfManyEvents)
{
    watch(true, std::nullopt);
    say("yyy");
    say("y");
    run(20s);
    EXPECT_EQ(hotplugs_, 1);
    run(200ms);
    EXPECT_EQ(hotplugs_, 1);
    say("y");
    run(20s);
    EXPECT_EQ(hotplugs_, 2);
}

TEST_F(DeviceWatchTest, TellsNothingOfOtherEvents)
{
    watch(true, std::nullopt);
    say("nn");
    run(200ms);
    EXPECT_EQ(hotplugs_, 0);
}

TEST_F(DeviceWatchTest, LooksAfterThePeriodThatIsWanted)
{
    watch(true, 1s);
    run(20s);
    EXPECT_EQ(periods_, 1);
    watch_->start(0s);
    run(1500ms);
    EXPECT_EQ(periods_, 1);
    EXPECT_EQ(hotplugs_, 0);
}

TEST_F(DeviceWatchTest, NeedsNoSource)
{
    watch(false, 1s);
    run(20s);
    EXPECT_EQ(periods_, 1);
}

TEST(HotplugSource, IsThereOrIsNot)
{
    if (const auto source = openHotplugSource()) {
        EXPECT_GE(source->fd(), 0);
        source->takeNews(); // doesn't block
    }
}
