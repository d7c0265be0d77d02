// The session's engine with an honest client and a device process that was taken over: whatever the process says, the
// client hears one reply for each of its requests, in their order, and when the process has gone none is missing.
//
// An input is a list of steps: the client asks, the device says any bytes, its process ends, the client reads.

#include "protocol/ConnectionMessages.hxx"
#include "protocol/DeviceMessages.hxx"
#include "session/ServerSession.hxx"
#include "tests/fuzz/FuzzInput.hxx"
#include "tests/fuzz/MemoryMeter.hxx"
#include "tests/fuzz/Require.hxx"
#include "tests/session/TestMethods.hxx"
#include "wire/FrameDecoder.hxx"
#include "wire/MessageReader.hxx"
#include "wire/ProtocolError.hxx"

#include <array>
#include <cstring>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace netsane;
using Methods = std::vector<const Method *>;

constexpr std::array device_commands{Command::get_option, Command::control_option, Command::get_parameters,
                                     Command::start,      Command::read,           Command::abort,
                                     Command::close,      Command::set_io_mode,    Command::get_select_fd};
constexpr size_t memory_factor = 16;
constexpr size_t other_bytes = 1U << 20;

/// Opens what it is asked for; the devices say what the input has for them.
class Daemon final : public ServerHost {
public:
    std::deque<DeviceKey> to_open;
    std::map<DeviceKey, FrameDecoder> open;

    void listDevices() override { require(false, "nobody has asked for a list"); }
    void openDevice(DeviceKey key, std::string_view) override { to_open.push_back(key); }
    void sendToDevice(DeviceKey key, std::span<const std::byte> bytes) override
    {
        require(open.contains(key), "a device that is open");
        FrameDecoder decoder(limits_after_login);
        decoder.push(bytes);
        while (const auto message = decoder.next())
            require(message->command == static_cast<std::uint32_t>(Command::hello) ||
                        message->command == static_cast<std::uint32_t>(Command::open) ||
                        decodeHandle(*message) == HandleBytes{channel_handle[0]},
                    "a device gets messages with its channel's handle");
        require(decoder.pending().empty(), "and whole ones");
    }
    void closeDevice(DeviceKey key) override { open.erase(key); }
    void startLogin(const LoginStart &) override { require(false, "nobody needs a login"); }
    void continueLogin(ExchangeKey, std::vector<std::vector<std::byte>>) override {}
    void cancelLogin(ExchangeKey) override {}
    void scanEnded(DeviceKey key, const ScanSummary &) override { require(open.contains(key), "a scan has a device"); }
    void loginGivenUp(std::string_view) override {}
    void logSession(std::string_view) override {}
};

class Lab {
public:
    explicit Lab(FuzzInput &input) : input_(input)
    {
        static const test::TestMethod none([] {
            auto made = test::cryptDescription(crypt_method_none);
            made.crypt_server = made.crypt_client;
            made.flags = NETSANE_FLAG_PASSTHROUGH;
            made.name = "none";
            return made;
        }());
        session_.emplace(settings_, Methods{&none}, PeerInfo{"192.0.2.1", true}, daemon_, now_);
        ByteBuffer hello;
        encodeHello(hello, {"fuzz", 1, {extension_descriptors, extension_values}});
        say(hello);
        ask(Command::open);
        openNext();
    }

    void run()
    {
        while (!input_.atEnd() && !session_->isFinished())
            act();
        while (!daemon_.to_open.empty() || !daemon_.open.empty()) {
            openNext(); // what waited for one device may want another
            if (!daemon_.open.empty())
                gone(daemon_.open.begin()->first);
        }
        hear();
        require(session_->isFinished() || asked_.empty(), "no request is left without a reply");
        require(memory_.peakBytes() <= memory_factor * said_bytes_ + other_bytes, "bounded memory");
    }

private:
    enum Action { Ask, AskLast, Open, DeviceSays, DeviceSaysLast, DeviceEnds, Hear, Wait, count };

    void say(const ByteBuffer &bytes)
    {
        std::memcpy(session_->receiveBuffer(bytes.size()).data(), bytes.data().data(), bytes.size());
        said_bytes_ += bytes.size();
        session_->received(bytes.size(), now_);
    }

    /// Of the first device that the client knows, or the last.
    void ask(Command command, bool last = false)
    {
        if (asked_.size() >= max_outstanding_requests || !session_->wantsInput())
            return;
        ByteBuffer request;
        const HandleBytes handle = handles_.empty() ? HandleBytes{std::byte{'?'}}
                                   : last           ? handles_.back()
                                                    : handles_[0];
        if (command == Command::open)
            encodeOpenRequest(request, {"test:0"});
        else if (command == Command::read)
            encodeReadRequest(request, handle, {read_bytes});
        else if (command == Command::get_option)
            encodeGetOptionRequest(request, handle, {1});
        else if (command == Command::control_option)
            encodeControlOptionRequest(request, handle, {1, get_value, ValueType::integer, {}});
        else if (command == Command::set_io_mode)
            encodeSetIoModeRequest(request, handle, true);
        else
            encodeHandleRequest(request, command, handle);
        asked_.push_back(command);
        say(request);
    }

    void openNext()
    {
        if (daemon_.to_open.empty())
            return;
        const DeviceKey key = daemon_.to_open.front();
        daemon_.to_open.pop_front();
        daemon_.open.emplace(key, limits_after_login);
        session_->deviceOpened(key, {OpenDecision::Kind::opened, {}}, now_);
    }

    void gone(DeviceKey key)
    {
        session_->deviceGone(key, "it is gone", now_);
        daemon_.open.erase(key);
    }

    // As ClientConnection does it: what isn't wanted now waits in the stream.
    void deviceSays(DeviceKey key)
    {
        const auto bytes = input_.field();
        said_bytes_ += bytes.size();
        daemon_.open.at(key).push(bytes);
        try {
            while (daemon_.open.contains(key) && session_->wantsDevice(key)) {
                const auto message = daemon_.open.at(key).next();
                if (!message)
                    return;
                // A message lives in the decoder, which goes when the device is closed.
                const std::vector<std::byte> copy(message->bytes.begin(), message->bytes.end());
                session_->deviceMessage(key, viewMessage(copy, limits_after_login), now_);
            }
        } catch (const ProtocolError &error) {
            require(error.what()[0] != '\0', "a reason");
            gone(key);
        }
    }

    void hear()
    {
        client_.push(session_->output().data());
        session_->output().clear();
        while (const auto message = client_.next()) {
            const auto command = static_cast<Command>(message->command);
            if (!isRequest(command)) {
                require(command == Command::hello || command == Command::fail,
                        "a device can't make the session say that");
                continue;
            }
            require(!asked_.empty() && asked_.front() == command, "replies come in the order of the requests");
            asked_.pop_front();
            if (command == Command::open)
                heardOpen(*message);
        }
    }

    void heardOpen(MessageView message)
    {
        MessageReader reader(message);
        if (toStatus(reader.readUnsigned()) != Status::good)
            return;
        const auto handle = reader.readOpaque();
        handles_.emplace_back(handle.begin(), handle.end());
        require(std::ranges::count(handles_, handles_.back()) == 1, "a handle is the session's, and nobody else's");
    }

    void act()
    {
        switch (static_cast<Action>(input_.choice(count))) {
        case Ask:
            return ask(device_commands[input_.choice(device_commands.size())]);
        case AskLast:
            return ask(device_commands[input_.choice(device_commands.size())], true);
        case Open:
            ask(Command::open);
            return openNext();
        case DeviceSays:
            return daemon_.open.empty() ? void() : deviceSays(daemon_.open.begin()->first);
        case DeviceSaysLast:
            return daemon_.open.empty() ? void() : deviceSays(daemon_.open.rbegin()->first);
        case DeviceEnds:
            return daemon_.open.empty() ? void() : gone(daemon_.open.begin()->first);
        case Hear:
            return hear();
        case Wait:
            now_ += std::chrono::seconds(input_.byte());
            return session_->tick(now_);
        case count:
            return;
        }
    }

    static constexpr auto get_value = netsane::Action::get;
    static constexpr std::uint32_t read_bytes = 65536;

    FuzzInput &input_;
    MemoryMeter memory_;
    SessionSettings settings_;
    Daemon daemon_;
    SessionTime now_ = SessionTime() + std::chrono::hours(1);
    std::optional<ServerSession> session_;
    FrameDecoder client_{limits_after_login};
    std::deque<Command> asked_;
    std::vector<HandleBytes> handles_;
    size_t said_bytes_ = 0;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FuzzInput input(data, size);
    Lab(input).run();
    return 0;
}
