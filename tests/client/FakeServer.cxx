#include "FakeServer.hxx"

#include "os/Error.hxx"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstring>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace netsane::test {

namespace {

const HandleBytes the_handle{std::byte{0xaa}, std::byte{0xbb}};

OptionDescriptor option(const char *name, ValueType type, std::int32_t size, std::uint32_t capabilities)
{
    OptionDescriptor descriptor;
    descriptor.name = name;
    descriptor.title = std::string("title of ") + name;
    descriptor.description = std::string("description of ") + name;
    descriptor.type = type;
    descriptor.size_bytes = size;
    descriptor.capabilities = capabilities;
    return descriptor;
}

bool sendAll(FakeClient &client)
{
    while (!client.out.empty()) {
        const auto sent = ::send(client.fd, client.out.data().data(), client.out.size(), MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        client.out.consume(static_cast<std::size_t>(sent));
    }
    return true;
}

} // namespace

std::vector<OptionDescriptor> sampleOptions()
{
    std::vector<OptionDescriptor> options{
        option("", ValueType::integer, 4, 4),           option("", ValueType::group, 0, 0),
        option("resolution", ValueType::fixed, 4, 5),   option("mode", ValueType::string, 8, 5),
        option("press", ValueType::button, 0, 1),       option("hidden", ValueType::integer, 4, 5 | 32),
        option("table", ValueType::integer, 16, 5 | 16)};
    options[2].constraint_type = ConstraintType::range;
    options[2].range_min = 1 << 16;
    options[2].range_max = 1200 << 16;
    options[3].constraint_type = ConstraintType::string_list;
    options[3].strings = {"Gray", "Color"};
    options[6].constraint_type = ConstraintType::word_list;
    options[6].words = {0, 1, 2, 3};
    return options;
}

FakeServer::FakeServer(std::string unix_path)
    : options(sampleOptions()),
      unix_path_(std::move(unix_path)),
      listener_(::socket(unix_path_.empty() ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      stop_(::eventfd(0, EFD_CLOEXEC))
{
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr_un un{};
    un.sun_family = AF_UNIX;
    std::strncpy(un.sun_path, unix_path_.c_str(), sizeof un.sun_path - 1);
    auto *const address = unix_path_.empty() ? reinterpret_cast<sockaddr *>(&in) : reinterpret_cast<sockaddr *>(&un);
    socklen_t size = unix_path_.empty() ? sizeof in : sizeof un;
    if (::bind(listener_.get(), address, size) != 0 || ::listen(listener_.get(), 16) != 0 ||
        ::getsockname(listener_.get(), address, &size) != 0)
        throwErrno("listen");
    port_ = ntohs(in.sin_port);
    accepter_ = std::thread([this] { acceptLoop(); });
}

FakeServer::~FakeServer()
{
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(stop_.get(), &one, sizeof one);
    accepter_.join();
    hangUp();
    for (auto &thread : threads_)
        thread.join();
}

void FakeServer::hangUp()
{
    const std::lock_guard lock(mutex_);
    for (const int fd : fds_)
        ::shutdown(fd, SHUT_RDWR);
}

void FakeServer::acceptLoop()
{
    for (;;) {
        pollfd waits[2]{{listener_.get(), POLLIN, 0}, {stop_.get(), POLLIN, 0}};
        ::poll(waits, 2, -1);
        if (waits[1].revents)
            return;
        const int fd = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
        if (fd < 0)
            continue;
        ++connections;
        ++open_connections;
        const std::lock_guard lock(mutex_);
        fds_.push_back(fd);
        threads_.emplace_back([this, fd] { serve(fd); });
    }
}

void FakeServer::serve(int fd)
{
    FakeClient client{*this, fd, {}, false, false, 0, false, {}, {}};
    FrameDecoder decoder(limits_after_login);
    if (!raw_greeting.empty())
        client.out.append(raw_greeting);
    else if (greets)
        encodeHello(client.out, {"fake", protocol_revision, extensions});
    if (login_at_connect && !user.empty()) {
        client.login_asked = true;
        encodeUserRequest(client.out);
    }
    bool good = true;
    while (good) {
        if (!sendAll(client))
            break;
        const auto space = decoder.prepare(4096);
        const auto received = ::recv(fd, space.data(), space.size(), 0);
        if (received <= 0)
            break;
        decoder.commit(static_cast<std::size_t>(received));
        try {
            while (const auto message = decoder.next())
                if (!(hook && hook(client, *message)) && !handle(client, *message)) {
                    good = false;
                    break;
                }
        } catch (const std::exception &) {
            break;
        }
    }
    sendAll(client);
    // Closing with bytes unread would reset the connection, and what was sent could be lost on the way.
    ::shutdown(fd, SHUT_WR);
    std::array<std::byte, 4096> rest;
    while (::recv(fd, rest.data(), rest.size(), 0) > 0) {
    }
    const std::lock_guard lock(mutex_);
    fds_.remove(fd);
    ::close(fd);
    --open_connections;
}

OptionValue FakeServer::value(std::size_t number)
{
    const std::lock_guard lock(mutex_);
    return number < values_.size() ? values_[number] : OptionValue{};
}

bool FakeServer::handle(FakeClient &client, MessageView message)
{
    const auto command = static_cast<Command>(message.command);
    switch (command) {
    case Command::init:
        encodeInitReply(client.out, {{}, 0x01000001});
        return true;
    case Command::get_devices:
        encodeGetDevicesReply(client.out, {{}, devices});
        return true;
    case Command::open:
        handleOpen(client);
        return true;
    case Command::user:
        handleUser(client, message);
        return true;
    case Command::fail:
        ++fails;
        if (!client.held_opens.empty())
            encodeOpenReply(client.out, {{Status::access_denied, "no login"}, {}, {}});
        client.held_opens.clear();
        return true;
    case Command::get_option: {
        const auto number = static_cast<std::size_t>(decodeGetOptionRequest(message).option);
        encodeGetOptionReply(client.out, number < options.size() ? &options[number] : nullptr);
        return true;
    }
    case Command::control_option:
        handleOption(client, message);
        return true;
    case Command::get_parameters:
        encodeGetParametersReply(client.out, {{}, parameters});
        return true;
    case Command::start: {
        ++starts;
        const Status status = start_status;
        StartReply reply{{status, status == Status::good ? "" : "can't start"}, {}, byte_order};
        if (parameters_in_start && status == Status::good)
            reply.parameters = parameters;
        client.position = 0;
        client.frame = status == Status::good;
        encodeStartReply(client.out, reply);
        return true;
    }
    case Command::read:
        return handleRead(client, message);
    case Command::abort:
        handleAbort(client);
        return true;
    case Command::close:
        encodeBare(client.out, Command::close);
        return true;
    case Command::quit:
        return false;
    default:
        return true;
    }
}

void FakeServer::handleOpen(FakeClient &client)
{
    if (!user.empty() && !client.logged_in) {
        client.held_opens.emplace_back();
        if (!client.login_asked)
            encodeUserRequest(client.out);
        client.login_asked = true;
        return;
    }
    OpenReply reply{{}, the_handle, {}};
    if (std::find(extensions.begin(), extensions.end(), extension_descriptors) != extensions.end())
        reply.descriptors = options;
    encodeOpenReply(client.out, reply);
}

void FakeServer::handleUser(FakeClient &client, MessageView message)
{
    if (decodeUser(message) != user) {
        encodeUserRequest(client.out);
        return;
    }
    client.logged_in = true;
    encodeWelcome(client.out, user);
    if (!client.held_opens.empty())
        handleOpen(client);
    client.held_opens.clear();
}

void FakeServer::handleOption(FakeClient &client, MessageView message)
{
    const auto request = decodeControlOptionRequest(message);
    const auto number = static_cast<std::size_t>(request.option);
    ControlOptionReply reply;
    reply.type = options[number].type;
    const std::lock_guard lock(mutex_);
    values_.resize(options.size());
    if (request.action == Action::set)
        values_[number] = request.value;
    auto value = values_[number];
    if (isWordType(reply.type))
        value.words.resize(static_cast<std::size_t>(options[number].size_bytes) / 4);
    if (number == 0)
        value.words = {static_cast<std::uint32_t>(options.size())};
    if (request.action != Action::set_auto && hasValue(reply.type))
        reply.value = value;
    encodeControlOptionReply(client.out, reply);
}

bool FakeServer::handleRead(FakeClient &client, MessageView message)
{
    ++reads;
    const auto wanted = decodeReadRequest(message).max_bytes;
    if (client.position >= hang_up_at)
        return false;
    if (client.position >= stall_at && client.frame) {
        client.held_reads.push_back(wanted);
        most_reads_waiting = std::max(most_reads_waiting.load(), static_cast<int>(client.held_reads.size()));
        return true;
    }
    if (!client.frame) {
        encodeReadReply(client.out, {{Status::invalid, "no frame"}, {}});
        return true;
    }
    const auto limit = std::min({image.size(), stall_at.load(), hang_up_at.load()});
    const auto count = std::min({limit - client.position, chunk_bytes, static_cast<std::size_t>(wanted)});
    if (count == 0)
        encodeReadReply(client.out, {{Status::eof, ""}, {}});
    else
        encodeReadReply(client.out, {{}, std::span<const std::byte>(image).subspan(client.position, count)});
    client.position += count;
    return true;
}

void FakeServer::handleAbort(FakeClient &client)
{
    ++aborts;
    if (!answers_abort)
        return;
    for (std::size_t i = 0; i < client.held_reads.size(); ++i)
        encodeReadReply(client.out, {{Status::cancelled, ""}, {}});
    client.held_reads.clear();
    client.frame = false;
    encodeBare(client.out, Command::abort);
}

} // namespace netsane::test
