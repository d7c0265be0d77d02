#include "daemon/LogSinks.hxx"
#include "os/Socket.hxx"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <memory>
#include <spdlog/logger.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace netsane {

namespace {

constexpr int many = 20000; // more than any of the channels holds

std::unique_ptr<spdlog::logger> logger(std::shared_ptr<spdlog::sinks::sink> sink)
{
    auto made = std::make_unique<spdlog::logger>("test", std::move(sink));
    made->set_pattern("%v");
    return made;
}

// All that is there now.
std::string drain(int fd)
{
    setNonBlocking(fd, true);
    std::string all;
    std::array<char, 65536> buffer;
    for (ssize_t got; (got = ::read(fd, buffer.data(), buffer.size())) > 0;)
        all.append(buffer.data(), static_cast<std::size_t>(got));
    return all;
}

void expectLinesAreLostAndCounted(std::shared_ptr<spdlog::sinks::sink> sink, int reader)
{
    const auto log = logger(std::move(sink));
    log->info("the first");
    for (int i = 0; i < many; ++i)
        log->info("a line that nobody reads"); // a sink that waits would wait here for ever
    const auto before = drain(reader);
    EXPECT_NE(before.find("the first"), std::string::npos);
    EXPECT_EQ(before.find("were lost"), std::string::npos);
    log->info("the last");
    const auto after = drain(reader);
    EXPECT_NE(after.find("lines of the log were lost"), std::string::npos) << after;
    EXPECT_NE(after.find("the last"), std::string::npos) << after;
}

class LogSocket {
public:
    LogSocket()
    {
        EXPECT_NE(::mkdtemp(folder_.data()), nullptr);
        bind();
    }
    ~LogSocket()
    {
        ::unlink(path().c_str());
        ::rmdir(folder_.c_str());
    }
    void bind()
    {
        ::unlink(path().c_str());
        socket_ = UniqueFd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path().copy(address.sun_path, sizeof address.sun_path - 1);
        EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address), 0);
    }
    std::string path() const { return folder_ + "/log"; }
    int fd() const { return socket_.get(); }

private:
    std::string folder_ = "/tmp/netsane-log-XXXXXX";
    UniqueFd socket_;
};

} // namespace

TEST(DescriptorSink, PipeThatNobodyReadsCostsLines)
{
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const UniqueFd reader(ends[0]);
    const UniqueFd writer(ends[1]);
    expectLinesAreLostAndCounted(std::make_shared<DescriptorSink>(writer.get()), reader.get());
}

TEST(DescriptorSink, SocketThatNobodyReadsCostsLines)
{
    const auto [reader, writer] = streamSocketPair();
    expectLinesAreLostAndCounted(std::make_shared<DescriptorSink>(writer.get()), reader.get());
}

TEST(DescriptorSink, FullDiskHarmsNobody)
{
    const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    ASSERT_TRUE(full);
    const auto log = logger(std::make_shared<DescriptorSink>(full.get()));
    for (int i = 0; i < 100; ++i)
        log->info("a line");
}

TEST(DescriptorSink, LongLinesAreCut)
{
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const UniqueFd reader(ends[0]);
    const UniqueFd writer(ends[1]);
    logger(std::make_shared<DescriptorSink>(writer.get()))->info(std::string(100000, 'x'));
    EXPECT_EQ(drain(reader.get()), std::string(4095, 'x') + "\n");
}

TEST(DescriptorSink, APipeIsMadeNonBlockingForOneselfOnly)
{
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const UniqueFd reader(ends[0]);
    const UniqueFd writer(ends[1]);
    const UniqueFd somebody_elses(::dup(writer.get()));
    openPipeAnew(writer.get());
    EXPECT_EQ(::fcntl(somebody_elses.get(), F_GETFL) & O_NONBLOCK, 0);
    EXPECT_EQ(::fcntl(reader.get(), F_GETFL) & O_NONBLOCK, 0);
    const std::string page(4096, 'x');
    ssize_t sent = 0;
    ASSERT_NE(::fcntl(writer.get(), F_GETFL) & O_NONBLOCK, 0);
    while ((sent = ::write(writer.get(), page.data(), page.size())) > 0)
        EXPECT_EQ(sent, 4096);
    EXPECT_EQ(errno, EAGAIN) << "it is full";
}

TEST(DescriptorSink, WhatIsNoPipeStaysAsItIs)
{
    const auto [one, other] = streamSocketPair();
    const int before = ::fcntl(one.get(), F_GETFL);
    openPipeAnew(one.get());
    EXPECT_EQ(::fcntl(one.get(), F_GETFL), before);
}

TEST(SyslogSink, WritesAsSyslogDoes)
{
    const LogSocket socket;
    logger(std::make_shared<SyslogSink>("name", socket.path()))->warn("a warning");
    const auto line = drain(socket.fd());
    EXPECT_EQ(line.substr(0, 4), "<28>") << line; // LOG_DAEMON | LOG_WARNING
    EXPECT_EQ(line[19], ' ') << line;
    EXPECT_TRUE(line.ends_with(" name[" + std::to_string(::getpid()) + "]: a warning")) << line;
}

TEST(SyslogSink, LogThatStandsStillCostsLines)
{
    const LogSocket socket;
    expectLinesAreLostAndCounted(std::make_shared<SyslogSink>("name", socket.path()), socket.fd());
}

TEST(SyslogSink, FindsALogThatComesLater)
{
    LogSocket socket;
    ::unlink(socket.path().c_str());
    const auto log = logger(std::make_shared<SyslogSink>("name", socket.path()));
    log->info("nobody is there");
    socket.bind();
    log->info("somebody is there");
    EXPECT_NE(drain(socket.fd()).find("somebody is there"), std::string::npos);
    socket.bind(); // it was started again
    log->info("somebody else is there");
    EXPECT_NE(drain(socket.fd()).find("somebody else is there"), std::string::npos);
}

} // namespace netsane
