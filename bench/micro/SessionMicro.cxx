// The engines, driven from byte arrays: an image of many READs through the server's, and through the client's.

#include "protocol/ConnectionMessages.hxx"
#include "protocol/DeviceMessages.hxx"
#include "session/ClientSession.hxx"
#include "session/ServerSession.hxx"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstring>
#include <vector>

namespace netsane {
namespace {

constexpr std::size_t outstanding = 8;
constexpr std::size_t image_bytes = std::size_t{1} << 22;
const SessionTime some_time = SessionTime() + std::chrono::hours(1);

// A daemon that only takes note of nothing.
class SilentHost final : public ServerHost {
public:
    void listDevices() override {}
    void openDevice(DeviceKey, std::string_view) override {}
    void sendToDevice(DeviceKey, std::span<const std::byte>) override {}
    void closeDevice(DeviceKey) override {}
    void startLogin(const LoginStart &) override {}
    void continueLogin(ExchangeKey, std::vector<std::vector<std::byte>>) override {}
    void cancelLogin(ExchangeKey) override {}
    void scanEnded(DeviceKey, const ScanSummary &) override {}
    void loginGivenUp(std::string_view) override {}
    void loginForgotten() override {}
    void logSession(std::string_view) override {}
};

ByteBuffer readReply(std::size_t data_bytes)
{
    const std::vector<std::byte> data(data_bytes, std::byte{5});
    ByteBuffer out;
    encodeReadReply(out, {{}, data});
    return out;
}

// A session with a device open.
class ServerLab {
public:
    ServerLab() : session_(settings_, {}, PeerInfo{"127.0.0.1", true}, host_, some_time)
    {
        ByteBuffer request;
        encodeOpenRequest(request, {"test:0"});
        session_.output().clear(); // the greeting
        say(request);
        session_.deviceOpened(device, {OpenDecision::Kind::opened, {}}, some_time);
        ByteBuffer reply;
        encodeOpenReply(reply, {{}, {channel_handle.begin(), channel_handle.end()}, {}});
        answer(reply);
        handle_ = decodeOpenReply(viewMessage(session_.output().data(), limits_after_login)).handle;
        session_.output().clear();
    }

    const HandleBytes &handle() const noexcept { return handle_; }

    void say(const ByteBuffer &request)
    {
        const auto room = session_.receiveBuffer(request.size());
        std::memcpy(room.data(), request.data().data(), request.size());
        session_.received(request.size(), some_time);
    }

    void answer(const ByteBuffer &reply)
    {
        session_.deviceMessage(device, viewMessage(reply.data(), limits_after_login), some_time);
    }

    // What goes to the client; it is taken away.
    std::size_t take()
    {
        const auto count = session_.output().size();
        session_.output().clear();
        return count;
    }

private:
    static constexpr DeviceKey device = 1;

    SessionSettings settings_;
    SilentHost host_;
    ServerSession session_;
    HandleBytes handle_;
};

void serveReads(benchmark::State &state)
{
    const auto block = static_cast<std::size_t>(state.range(0));
    const auto reply = readReply(block);
    ServerLab lab;
    ByteBuffer request;
    encodeReadRequest(request, lab.handle(), {static_cast<std::uint32_t>(block)});
    for (auto _ : state) {
        for (std::size_t done = 0; done < image_bytes; done += outstanding * block) {
            for (std::size_t i = 0; i < outstanding; ++i)
                lab.say(request);
            for (std::size_t i = 0; i < outstanding; ++i)
                lab.answer(reply);
            if (lab.take() != outstanding * reply.size())
                state.SkipWithError("replies are missing");
        }
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * image_bytes));
}
BENCHMARK(serveReads)->Name("session/server, READs")->Arg(4096)->Arg(32768)->Arg(65536)->Arg(262144);

class NoMethods final : public MethodSource {
public:
    const Method *authMethod(std::uint32_t) override { return nullptr; }
    std::vector<const Method *> authMethods() override { return {}; }
    const Method *cryptMethod(std::uint32_t) override { return nullptr; }
};

ClientPolicy clearPolicy()
{
    ClientPolicy policy;
    policy.program = "bench";
    policy.crypt = CryptPolicy::off;
    policy.local = true;
    return policy;
}

// Gives the client's engine bytes, as much at a time as it has room for; returns how many replies it found.
std::size_t give(ClientSession &client, std::span<const std::byte> bytes)
{
    std::size_t replies = 0;
    while (!bytes.empty()) {
        const auto room = client.prepareInput();
        const auto count = std::min(room.size(), bytes.size());
        std::memcpy(room.data(), bytes.data(), count);
        client.commitInput(count);
        bytes = bytes.subspan(count);
        while (client.nextReply())
            ++replies;
    }
    return replies;
}

void receiveReads(benchmark::State &state)
{
    const auto block = static_cast<std::size_t>(state.range(0));
    const auto reply = readReply(block);
    const HandleBytes handle(16, std::byte{7});
    NoMethods methods;
    ClientSession client(clearPolicy(), methods);
    ByteBuffer hello;
    encodeHello(hello, {"server", protocol_revision, {extension_descriptors}});
    give(client, hello.data());
    // the larger limits come with an OPEN that is good
    encodeOpenRequest(client.request(Command::open), {"test:0"});
    ByteBuffer opened;
    encodeOpenReply(opened, {{}, handle, {}});
    give(client, opened.data());
    for (auto _ : state) {
        for (std::size_t done = 0; done < image_bytes; done += outstanding * block) {
            for (std::size_t i = 0; i < outstanding; ++i)
                encodeReadRequest(client.request(Command::read), handle, {static_cast<std::uint32_t>(block)});
            client.consumeOutput(client.output().size());
            for (std::size_t i = 0; i < outstanding; ++i)
                if (give(client, reply.data()) != 1)
                    state.SkipWithError("replies are missing");
        }
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * image_bytes));
}
BENCHMARK(receiveReads)->Name("session/client, READs")->Arg(4096)->Arg(32768)->Arg(65536)->Arg(262144);

} // namespace
} // namespace netsane
