// The service manager's end of NOTIFY_SOCKET, for tests: a real datagram socket below a folder of its own.
#pragma once

#include "os/UniqueFd.hxx"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace netsane::testing {

class FakeServiceManager {
public:
    explicit FakeServiceManager(bool is_abstract = false)
    {
        char name[] = "/tmp/netsane-notify-XXXXXX";
        folder_ = ::mkdtemp(name);
        address_ = (is_abstract ? "@" + folder_.substr(1) : folder_) + "/socket";
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, address_.data(), address_.size());
        if (is_abstract)
            address.sun_path[0] = '\0';
        const std::size_t size = offsetof(sockaddr_un, sun_path) + address_.size() + (is_abstract ? 0 : 1);
        socket_.reset(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<sockaddr *>(&address), static_cast<socklen_t>(size)), 0);
    }
    ~FakeServiceManager() { std::filesystem::remove_all(folder_); }
    FakeServiceManager(const FakeServiceManager &) = delete;
    FakeServiceManager &operator=(const FakeServiceManager &) = delete;

    const std::string &address() const { return address_; }

    // The next message; "(none)" when none comes in this time.
    std::string next(int milliseconds = 10'000)
    {
        pollfd readable{socket_.get(), POLLIN, 0};
        if (::poll(&readable, 1, milliseconds) != 1)
            return "(none)";
        char buffer[4096];
        const ssize_t got = ::recv(socket_.get(), buffer, sizeof buffer, 0);
        return {buffer, got < 0 ? 0 : static_cast<std::size_t>(got)};
    }

    void close() { socket_.reset(); }

private:
    std::string folder_;
    std::string address_;
    UniqueFd socket_;
};

} // namespace netsane::testing
