#include "DeviceClient.hxx"

#include "os/Error.hxx"
#include "os/Socket.hxx"
#include "protocol/ConnectionMessages.hxx"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace netsane::test {

namespace {

using Clock = std::chrono::steady_clock;

int millisecondsUntil(Clock::time_point until)
{
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    return left < 0 ? 0 : static_cast<int>(left);
}

[[noreturn]] void run(const char *program, int fd, int errors, std::vector<std::string> arguments)
{
    arguments.insert(arguments.begin(), {program, "--fd", std::to_string(fd)});
    std::vector<char *> argv;
    for (auto &argument : arguments)
        argv.push_back(argument.data());
    argv.push_back(nullptr);
    // The test backend's reader thread loses its buffer when it is cancelled; that is no fault of ours.
    ::setenv("ASAN_OPTIONS", "detect_leaks=0", 0);
    ::fcntl(fd, F_SETFD, 0);
    ::dup2(errors, STDERR_FILENO);
    ::execv(argv[0], argv.data());
    ::_exit(127);
}

} // namespace

OptionValue words(std::vector<std::uint32_t> values)
{
    return {std::move(values), {}};
}

OptionValue text(const std::string &value)
{
    return {{}, value};
}

OptionValue fixed(double value)
{
    return words({static_cast<std::uint32_t>(static_cast<std::int32_t>(value * 65536))});
}

DeviceClient::DeviceClient(const std::vector<std::string> &arguments, const char *program)
    : decoder_(limits_after_login)
{
    auto pair = streamSocketPair();
    errors_.reset(::memfd_create("stderr", MFD_CLOEXEC));
    pid_ = ::fork();
    if (pid_ < 0)
        throwErrno("fork");
    if (pid_ == 0)
        run(program, pair.second.get(), errors_.get(), arguments);
    socket_ = std::move(pair.first);
}

DeviceClient::~DeviceClient()
{
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
}

void DeviceClient::send(const ByteBuffer &bytes)
{
    auto rest = bytes.data();
    while (!rest.empty()) {
        const ssize_t sent = ::send(socket_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent < 0)
            throwErrno("send to the device process");
        rest = rest.subspan(static_cast<std::size_t>(sent));
    }
}

void DeviceClient::sendHello(std::vector<std::uint32_t> extensions)
{
    ByteBuffer buffer;
    encodeHello(buffer, {"test", protocol_revision, std::move(extensions)});
    send(buffer);
}

bool DeviceClient::fill(Clock::time_point until)
{
    pollfd watched{socket_.get(), POLLIN, 0};
    if (::poll(&watched, 1, millisecondsUntil(until)) == 0)
        throw std::runtime_error("no reply in time");
    const auto room = decoder_.prepare(128 * 1024);
    const ssize_t received = ::recv(socket_.get(), room.data(), room.size(), 0);
    if (received <= 0)
        return false;
    decoder_.commit(static_cast<std::size_t>(received));
    return true;
}

MessageView DeviceClient::receive(std::chrono::milliseconds deadline)
{
    const auto until = Clock::now() + deadline;
    for (;;) {
        if (const auto message = decoder_.next())
            return *message;
        if (!fill(until))
            throw std::runtime_error("the device process closed the channel: " + standardError());
    }
}

bool DeviceClient::receivesEnd(std::chrono::milliseconds deadline)
{
    const auto until = Clock::now() + deadline;
    return !fill(until) && !decoder_.next();
}

OpenReply DeviceClient::open(bool with_descriptors)
{
    return openWith(with_descriptors ? std::vector<std::uint32_t>{1, 2} : std::vector<std::uint32_t>{1});
}

OpenReply DeviceClient::openWithValues()
{
    with_values_ = true;
    return openWith({1, 2, 4});
}

OpenReply DeviceClient::openWith(std::vector<std::uint32_t> extensions)
{
    sendHello(std::move(extensions));
    ByteBuffer buffer;
    encodeOpenRequest(buffer, {""});
    send(buffer);
    auto reply = decodeOpenReply(receive(), with_values_);
    if (reply.descriptors)
        descriptors_ = *reply.descriptors;
    return reply;
}

ControlOptionReply DeviceClient::control(const ControlOptionRequest &request)
{
    ByteBuffer buffer;
    encodeControlOptionRequest(buffer, channel_handle, request);
    send(buffer);
    auto reply = decodeControlOptionReply(receive(), request.action != Action::set_auto,
                                          with_values_ && request.action != Action::get);
    if (reply.descriptors)
        descriptors_ = *reply.descriptors;
    if (reply.news)
        for (const auto &[option, descriptor] : reply.news->descriptors)
            descriptors_.at(static_cast<std::size_t>(option)) = descriptor;
    return reply;
}

std::optional<OptionDescriptor> DeviceClient::option(std::int32_t number)
{
    ByteBuffer buffer;
    encodeGetOptionRequest(buffer, channel_handle, {number});
    send(buffer);
    return decodeGetOptionReply(receive());
}

void DeviceClient::sendBare(Command command)
{
    ByteBuffer buffer;
    encodeHandleRequest(buffer, command, channel_handle);
    send(buffer);
}

GetParametersReply DeviceClient::parameters()
{
    sendBare(Command::get_parameters);
    return decodeGetParametersReply(receive());
}

StartReply DeviceClient::start()
{
    sendBare(Command::start);
    return decodeStartReply(receive());
}

void DeviceClient::sendRead(std::uint32_t max_bytes)
{
    ByteBuffer buffer;
    encodeReadRequest(buffer, channel_handle, {max_bytes});
    send(buffer);
}

ReadReply DeviceClient::receiveRead()
{
    const auto message = receive();
    if (message.command != static_cast<std::uint32_t>(Command::read))
        throw std::runtime_error("reply " + std::to_string(message.command) + " in place of READ's");
    return decodeReadReply(message);
}

Status DeviceClient::read(std::uint32_t max_bytes, std::vector<std::byte> &data)
{
    sendRead(max_bytes);
    const auto reply = receiveRead();
    data.insert(data.end(), reply.data.begin(), reply.data.end());
    return reply.outcome.status;
}

void DeviceClient::abort()
{
    sendBare(Command::abort);
    EXPECT_EQ(receive().command, static_cast<std::uint32_t>(Command::abort));
}

void DeviceClient::close()
{
    sendBare(Command::close);
    EXPECT_EQ(receive().command, static_cast<std::uint32_t>(Command::close));
}

std::int32_t DeviceClient::find(const std::string &name) const
{
    for (std::size_t i = 0; i < descriptors_.size(); ++i)
        if (descriptors_[i].name == name)
            return static_cast<std::int32_t>(i);
    return -1;
}

ControlOptionReply DeviceClient::set(const std::string &name, const OptionValue &value)
{
    const auto number = find(name);
    EXPECT_GE(number, 0) << name;
    if (number < 0)
        return {};
    const auto reply = control({number, Action::set, descriptors_[static_cast<std::size_t>(number)].type, value});
    EXPECT_EQ(reply.outcome.status, Status::good) << name << ": " << reply.outcome.reason;
    return reply;
}

int DeviceClient::waitExit(std::chrono::milliseconds deadline)
{
    const auto until = Clock::now() + deadline;
    while (pid_ > 0) {
        int status = 0;
        if (::waitpid(pid_, &status, WNOHANG) == pid_) {
            pid_ = -1;
            exit_status_ = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        } else if (Clock::now() >= until) {
            return -1;
        } else {
            ::usleep(1000);
        }
    }
    return exit_status_;
}

std::string DeviceClient::standardError() const
{
    std::string text(64 * 1024, '\0');
    const ssize_t length = ::pread(errors_.get(), text.data(), text.size(), 0);
    text.resize(length < 0 ? 0 : static_cast<std::size_t>(length));
    return text;
}

} // namespace netsane::test
