// netsaned-device --wait: ready before it knows for what.
#include "SaneTestConfig.hxx"
#include "os/Socket.hxx"
#include "protocol/DeviceMessages.hxx"
#include "wire/FrameDecoder.hxx"

#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace netsane::test {

namespace {

constexpr int deadline_ms = 20000;

class Assignment : public testing::Test {
protected:
    Assignment() { std::filesystem::create_directory(config_.path() + "/tmp"); }

    ~Assignment() override
    {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
    }

    void start(const char *program = NETSANE_DEVICE_PROGRAM)
    {
        auto [ours, theirs] = packetSocketPair();
        const std::string folder = config_.path();
        const std::string fd = std::to_string(theirs.get());
        pid_ = ::fork();
        if (pid_ == 0) {
            ::setenv("ASAN_OPTIONS", "detect_leaks=0", 0); // see DeviceClient.cxx
            ::setenv("TMPDIR", (folder + "/tmp").c_str(), 1);
            ::fcntl(theirs.get(), F_SETFD, 0);
            ::execl(program, program, "--fd", fd.c_str(), "--wait", "--sane-config-dir", folder.c_str(), nullptr);
            ::_exit(127);
        }
        control_ = std::move(ours);
    }

    static bool waitReadable(int fd)
    {
        pollfd watched{fd, POLLIN, 0};
        return ::poll(&watched, 1, deadline_ms) == 1;
    }

    // The command of the next message on the control socket; 0: its end.
    std::uint32_t hear() const
    {
        Packet packet;
        EXPECT_TRUE(waitReadable(control_.get()));
        if (receivePacket(control_.get(), packet) != ReceiveResult::packet)
            return 0;
        return viewMessage(packet.bytes, limits_after_login).command;
    }

    void assign(const std::string &device)
    {
        auto [session, channel] = streamSocketPair();
        ByteBuffer request;
        encodeOpenRequest(request, {device});
        sendPacket(control_.get(), request.data(), std::array{channel.get()});
        session_ = std::move(session);
    }

    Outcome open()
    {
        ByteBuffer request;
        encodeOpenRequest(request, {"whatever"});
        EXPECT_GT(::send(session_.get(), request.data().data(), request.size(), MSG_NOSIGNAL), 0);
        FrameDecoder decoder(limits_after_login);
        for (;;) {
            if (const auto message = decoder.next())
                return decodeOpenReply(*message).outcome;
            const auto room = decoder.prepare(65536);
            const auto got = waitReadable(session_.get()) ? ::recv(session_.get(), room.data(), room.size(), 0) : 0;
            if (got <= 0)
                return {Status::io_error, "no reply"};
            decoder.commit(static_cast<std::size_t>(got));
        }
    }

    int exitStatus()
    {
        int status = 0;
        for (int i = 0; i < deadline_ms && ::waitpid(pid_, &status, WNOHANG) != pid_; ++i)
            ::usleep(1000);
        pid_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

    bool leftNothing() const { return std::filesystem::is_empty(config_.path() + "/tmp"); }

    SaneTestConfig config_;
    pid_t pid_ = -1;
    UniqueFd control_;
    UniqueFd session_;
};

constexpr auto init = static_cast<std::uint32_t>(Command::init);
constexpr auto taken = static_cast<std::uint32_t>(Command::open);

} // namespace

TEST_F(Assignment, ServesTheDeviceThatItIsGiven)
{
    start();
    ASSERT_EQ(hear(), init);
    EXPECT_TRUE(leftNothing());
    assign("test:1");
    EXPECT_EQ(hear(), taken);
    EXPECT_EQ(hear(), 0U) << "nothing more is expected of the supervisor";
    const auto outcome = open();
    EXPECT_EQ(outcome.status, Status::good) << outcome.reason;
    session_.reset();
    EXPECT_EQ(exitStatus(), 0);
}

TEST_F(Assignment, MayComeBeforeItIsReady)
{
    start();
    assign("test:0");
    EXPECT_EQ(hear(), init);
    EXPECT_EQ(hear(), taken);
    EXPECT_EQ(open().status, Status::good);
}

TEST_F(Assignment, NeverComingEndsTheProcess)
{
    start();
    ASSERT_EQ(hear(), init);
    control_.reset();
    EXPECT_EQ(exitStatus(), 0);
}

TEST_F(Assignment, WithoutAChannelEndsTheProcess)
{
    start();
    ASSERT_EQ(hear(), init);
    ByteBuffer request;
    encodeOpenRequest(request, {"test:0"});
    sendPacket(control_.get(), request.data(), {});
    EXPECT_GT(exitStatus(), 0);
}

TEST_F(Assignment, ThatIsNoneEndsTheProcess)
{
    for (const std::string &nonsense : {std::string("x"), std::string(4, '\0'), std::string(5000, '\xff')}) {
        start();
        ASSERT_EQ(hear(), init);
        sendPacket(control_.get(), std::as_bytes(std::span(nonsense)), {});
        EXPECT_GT(exitStatus(), 0) << nonsense.size();
    }
}

TEST_F(Assignment, OfADeviceOfNoBackendIsRefused)
{
    start();
    ASSERT_EQ(hear(), init);
    assign("net:host:test:0");
    EXPECT_EQ(hear(), taken);
    const auto outcome = open();
    EXPECT_EQ(outcome.status, Status::invalid);
    EXPECT_NE(outcome.reason.find("\"net\" is not enabled"), std::string::npos) << outcome.reason;
}

TEST_F(Assignment, GoesByTheBackendsOfItsTime)
{
    config_.write("dll.conf", "pnm\n");
    start();
    ASSERT_EQ(hear(), init);
    config_.write("dll.conf", "pnm\ntest\n");
    assign("test:0");
    EXPECT_EQ(hear(), taken);
    EXPECT_EQ(open().status, Status::good);
    EXPECT_TRUE(leftNothing());
}

// With two backends, so that libsane begins anew with one of them.
TEST_F(Assignment, OfADeviceThatIsOnlyFoundByAListing)
{
    config_.write("dll.conf", "fake\ntest\n");
    start(NETSANE_FAKE_DEVICE_PROGRAM);
    ASSERT_EQ(hear(), init);
    assign("fake:needs-listing");
    EXPECT_EQ(hear(), taken);
    EXPECT_EQ(open().status, Status::good);
    EXPECT_TRUE(leftNothing());
}

} // namespace netsane::test
