#include "daemon/ControlSocket.hxx"

#include "daemon/ControlRequest.hxx"
#include "os/UnixListener.hxx"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <gtest/gtest.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <vector>

using namespace netsane;

namespace {

constexpr Milliseconds deadline{10000};

class ControlSocketTest : public testing::Test {
protected:
    ControlSocketTest() : give_up_(loop_, [this] { loop_.stop(); })
    {
        std::string name = "/tmp/netsane-control-XXXXXX";
        folder_ = ::mkdtemp(name.data());
    }
    ~ControlSocketTest() override { std::filesystem::remove_all(folder_); }

    std::string path() const { return folder_ + "/control"; }

    void make(ControlSocket::Times times = ControlSocket::usual_times)
    {
        socket_ = std::make_unique<ControlSocket>(
            loop_,
            [this](ControlSocket::CallId call, const ControlSocket::Caller &caller, std::string_view line) {
                asked_.emplace_back(line);
                caller_ = caller;
                if (line != "later")
                    socket_->answer(call, "answer to " + std::string(line) + "\n");
                else
                    late_ = call;
            },
            [](std::string_view reason) { return "error " + std::string(reason) + "\n"; }, times);
        socket_->use(std::make_unique<ControlListener>(path(), false));
        socket_->startAccepting();
    }

    UniqueFd connect() const
    {
        UniqueFd fd = connectToUnixPath(path());
        const timeval timeout{0, 1000};
        ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
        return fd;
    }

    static void send(const UniqueFd &fd, const std::string &text)
    {
        ASSERT_EQ(::send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
    }

    // Runs the loop until the peer has closed, and returns what it has sent.
    std::string rest(const UniqueFd &fd)
    {
        std::string text;
        bool is_over = false;
        Timer look(loop_, [&] {
            char block[4096];
            const ssize_t got = ::recv(fd.get(), block, sizeof block, MSG_DONTWAIT);
            if (got > 0)
                text.append(block, static_cast<std::size_t>(got));
            is_over = got == 0 || (got < 0 && errno == ECONNRESET);
            if (is_over)
                return loop_.stop();
            look.schedule(Milliseconds(1));
        });
        look.schedule(Milliseconds(1));
        give_up_.schedule(deadline);
        loop_.run();
        EXPECT_TRUE(is_over);
        return text;
    }

    // Until it is so.
    template<typename Condition>
    void runUntil(Condition condition)
    {
        Timer look(loop_, [&] {
            if (condition())
                return loop_.stop();
            look.schedule(Milliseconds(1));
        });
        look.schedule(Milliseconds(1));
        give_up_.schedule(deadline);
        loop_.run();
        EXPECT_TRUE(condition());
    }

    std::string folder_;
    EventLoop loop_;
    Timer give_up_;
    std::unique_ptr<ControlSocket> socket_;
    std::vector<std::string> asked_;
    ControlSocket::Caller caller_;
    ControlSocket::CallId late_ = 0;
};

} // namespace

TEST_F(ControlSocketTest, AnswersAndCloses)
{
    make();
    const auto fd = connect();
    send(fd, "status\n");
    EXPECT_EQ(rest(fd), "answer to status\n");
    EXPECT_EQ(caller_.uid, ::geteuid());
    EXPECT_EQ(caller_.pid, ::getpid());
}

TEST_F(ControlSocketTest, TakesALineInPieces)
{
    make();
    const auto fd = connect();
    for (const std::string piece : {"k", "ick any ", "x\n"}) {
        send(fd, piece);
        const auto before = asked_.size();
        if (piece.back() != '\n') {
            Timer soon(loop_, [this] { loop_.stop(); });
            soon.schedule(Milliseconds(1));
            loop_.run();
            EXPECT_EQ(asked_.size(), before);
        }
    }
    EXPECT_EQ(rest(fd), "answer to kick any x\n");
}

TEST_F(ControlSocketTest, AnswersLater)
{
    make();
    const auto fd = connect();
    send(fd, "later\n");
    runUntil([this] { return late_ != 0; });
    socket_->answer(late_, "at last\n");
    EXPECT_EQ(rest(fd), "at last\n");
    socket_->answer(late_, "nobody is there any more\n");
}

TEST_F(ControlSocketTest, DeliversAnAnswerLargerThanTheKernelsBuffer)
{
    make();
    const auto fd = connect();
    send(fd, "later\n");
    runUntil([this] { return late_ != 0; });
    const std::string large(4U << 20, 'x');
    socket_->answer(late_, large);
    EXPECT_EQ(rest(fd), large);
}

TEST_F(ControlSocketTest, RefusesALineWithoutEnd)
{
    make();
    const auto fd = connect();
    send(fd, std::string(ControlRequest::max_bytes, 'x'));
    EXPECT_EQ(rest(fd), "answer to " + std::string(ControlRequest::max_bytes, 'x') + "\n");
    ASSERT_EQ(asked_.size(), 1U);
    EXPECT_THROW(ControlRequest::parse(asked_[0]), std::invalid_argument);
}

TEST_F(ControlSocketTest, TakesOneRequestACall)
{
    make();
    const auto fd = connect();
    send(fd, "status\nstatus\n");
    EXPECT_EQ(rest(fd), "error a call is for one request\n");
    EXPECT_TRUE(asked_.empty());
}

TEST_F(ControlSocketTest, EndsWhoSaysNothing)
{
    make({Milliseconds(30), Milliseconds(30), Milliseconds(30)});
    const auto silent = connect();
    EXPECT_EQ(rest(silent), "");
    const auto slow = connect();
    send(slow, "stat");
    EXPECT_EQ(rest(slow), "error the request didn't come in time\n");
    const auto patient = connect();
    send(patient, "later\n");
    EXPECT_EQ(rest(patient), "error there is no answer in time\n");
}

TEST_F(ControlSocketTest, HasPlacesForAFewAtOnce)
{
    make({Milliseconds(200), Milliseconds(200), Milliseconds(200)});
    std::vector<UniqueFd> silent;
    for (std::size_t i = 0; i < 3 * ControlSocket::max_callers; ++i)
        silent.push_back(connect());
    const auto last = connect();
    send(last, "status\n");
    EXPECT_EQ(rest(last), "answer to status\n"); // once the silent ones have had their time
}

TEST_F(ControlSocketTest, IsForItsOwnerOnly)
{
    make();
    struct stat status {};
    ASSERT_EQ(::stat(path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0600U);
}

TEST_F(ControlSocketTest, RemovesItsFileAndNoOther)
{
    make();
    socket_->stop();
    EXPECT_FALSE(std::filesystem::exists(path()));
    make();
    std::filesystem::remove(path());
    { // somebody else's by now
        const ControlListener other(path(), false);
        socket_->stop();
        EXPECT_TRUE(std::filesystem::exists(path()));
    }
    EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(ControlSocketTest, MovesWithItsCallers)
{
    make();
    const auto fd = connect();
    send(fd, "later\n");
    runUntil([this] { return late_ != 0; });
    socket_->use(std::make_unique<ControlListener>(folder_ + "/other", false));
    EXPECT_FALSE(std::filesystem::exists(path()));
    EXPECT_EQ(socket_->path(), folder_ + "/other");
    socket_->answer(late_, "still here\n");
    EXPECT_EQ(rest(fd), "still here\n");
}

TEST_F(ControlSocketTest, TakesThePlaceOfADeadSocketOnly)
{
    { // left behind by one that was killed
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path().copy(address.sun_path, sizeof address.sun_path - 1);
        const UniqueFd dead(::socket(AF_UNIX, SOCK_STREAM, 0));
        ASSERT_EQ(::bind(dead.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address), 0);
    }
    ASSERT_TRUE(std::filesystem::exists(path()));
    make();
    EXPECT_THROW(ControlListener(path(), false), std::runtime_error) << "somebody answers";
    ASSERT_EQ(::close(::creat((folder_ + "/file").c_str(), 0600)), 0);
    EXPECT_THROW(ControlListener(folder_ + "/file", false), std::runtime_error);
    ASSERT_EQ(::symlink("/nowhere", (folder_ + "/link").c_str()), 0);
    EXPECT_THROW(ControlListener(folder_ + "/link", false), std::runtime_error);
}

TEST_F(ControlSocketTest, WantsAFolderThatNobodyElseCanChange)
{
    const std::string open = folder_ + "/open";
    std::filesystem::create_directory(open);
    std::filesystem::permissions(open, std::filesystem::perms(0777));
    EXPECT_THROW(ControlListener(open + "/control", false), std::runtime_error);
    EXPECT_THROW(ControlListener(folder_ + "/none/control", false), std::runtime_error);
    const ControlListener made(folder_ + "/none/control", true);
    EXPECT_TRUE(std::filesystem::exists(folder_ + "/none/control"));
}
