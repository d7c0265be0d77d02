// A NETSANE server of a few lines for tests: scripted by its settings and a hook, good or hostile.
//
// Listens on a loopback port that the kernel picks; a thread accepts, and one per connection serves. Settings are
// changed before clients connect, or are atomic.
#pragma once

#include "os/UniqueFd.hxx"
#include "protocol/ConnectionMessages.hxx"
#include "protocol/DeviceMessages.hxx"
#include "wire/FrameDecoder.hxx"

#include <atomic>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace netsane::test {

class FakeServer;

// One client, as its thread sees it.
struct FakeClient {
    FakeServer &server;
    int fd;
    ByteBuffer out;
    bool logged_in = false;
    bool login_asked = false;
    std::size_t position = 0; // in the image
    bool frame = false;
    std::vector<std::vector<std::byte>> held_opens; // OPEN requests that wait for the login
    std::vector<std::uint32_t> held_reads;          // READs that stall
};

class FakeServer {
public:
    // unix_path: there instead of on loopback.
    explicit FakeServer(std::string unix_path = "");
    ~FakeServer();

    unsigned port() const noexcept { return port_; }
    std::string name() const
    {
        return unix_path_.empty() ? "127.0.0.1:" + std::to_string(port_) : "unix:" + unix_path_;
    }

    // ---- settings
    bool greets = true;
    std::vector<std::uint32_t> extensions{extension_login_note, extension_descriptors};
    std::vector<std::byte> raw_greeting; // instead of HELO
    std::string user;                    // a login with this name is wanted before OPEN; the password isn't looked at
    bool login_at_connect = false;
    std::vector<DeviceEntry> devices{{"test:0", "Noname", "frontend-tester", "virtual device"}};
    std::vector<OptionDescriptor> options;
    Parameters parameters{0, true, 8, 4, 4, 16};
    bool parameters_in_start = true;
    std::uint32_t byte_order = byte_order_little;
    std::vector<std::byte> image;
    std::size_t chunk_bytes = 1 << 20;              // of a READ's reply at most
    std::atomic<std::size_t> stall_at = SIZE_MAX;   // READs from this position on wait for an ABRT
    std::atomic<std::size_t> hang_up_at = SIZE_MAX; // the connection is cut there
    std::atomic<Status> start_status = Status::good;
    std::atomic<bool> answers_abort = true;
    // True: handled. Called first for every message.
    std::function<bool(FakeClient &, MessageView)> hook;

    // ---- what was seen
    std::atomic<int> connections = 0;
    std::atomic<int> open_connections = 0;
    std::atomic<int> aborts = 0;
    std::atomic<int> starts = 0;
    std::atomic<int> reads = 0;
    std::atomic<int> fails = 0; // CMD_FAIL from a client
    std::atomic<int> most_reads_waiting = 0;

    OptionValue value(std::size_t option);

    // Cuts all connections.
    void hangUp();

private:
    void acceptLoop();
    void serve(int fd);
    bool handle(FakeClient &client, MessageView message);
    void handleOpen(FakeClient &client);
    void handleOption(FakeClient &client, MessageView message);
    bool handleRead(FakeClient &client, MessageView message);
    void handleAbort(FakeClient &client);
    void handleUser(FakeClient &client, MessageView message);

    const std::string unix_path_;
    UniqueFd listener_;
    UniqueFd stop_;
    unsigned port_ = 0;
    std::mutex mutex_;
    std::list<int> fds_;
    std::list<std::thread> threads_;
    std::vector<OptionValue> values_;
    std::thread accepter_;
};

// Options as test:0 has them: the number, a group, a resolution (FIXED range), a mode (string list), a button,
// an inactive INT and an array of 4 INTs.
std::vector<OptionDescriptor> sampleOptions();

} // namespace netsane::test
