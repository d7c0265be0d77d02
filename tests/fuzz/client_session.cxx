// The client's engine, fed by a hostile server's bytes while its owner asks, waits, logs in and leaves: in clear, and
// through a crypt method that only flips bits, so that any bytes are a message's.

#include "protocol/ConnectionMessages.hxx"
#include "protocol/DeviceMessages.hxx"
#include "session/ClientSession.hxx"
#include "tests/fuzz/FuzzInput.hxx"
#include "tests/fuzz/MemoryMeter.hxx"
#include "tests/fuzz/Require.hxx"
#include "tests/session/TestMethods.hxx"
#include "wire/FrameDecoder.hxx"

#include <array>
#include <cstring>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace netsane;
using Bytes = std::span<const std::byte>;

constexpr std::uint32_t flip_id = 0x8001;
constexpr std::uint32_t clear_auth_id = 1;
constexpr size_t max_flood_bytes = 4U << 20;
// A message of 2 MiB and what was received behind it, in a buffer that has just grown.
constexpr size_t max_session_bytes = 12U << 20;
constexpr std::chrono::seconds longest_wait{61};

constexpr std::array all_commands{
    Command::init,           Command::exit,       Command::status_text, Command::get_devices,    Command::open,
    Command::close,          Command::get_option, Command::start,       Command::get_parameters, Command::read,
    Command::control_option, Command::abort,      Command::set_io_mode};

/// What the client sends, as a server reads it.
class Overheard {
public:
    Overheard(bool encryption_required, bool passwords_allowed)
        : encryption_required_(encryption_required), passwords_allowed_(passwords_allowed)
    {
    }

    void hear(Bytes bytes)
    {
        if (encrypted_)
            return;
        decoder_.push(bytes);
        while (const auto message = encrypted_ ? std::nullopt : decoder_.next())
            hear(*message);
    }

private:
    void hear(MessageView message)
    {
        const auto command = static_cast<Command>(message.command);
        encrypted_ = command == Command::crypt_reply && decodeCryptReply(message) == flip_id;
        require(!encryption_required_ || command == Command::hello || command == Command::crypt_reply,
                "nothing is said in clear where it must not be");
        require(!encryption_required_ || command != Command::crypt_reply || encrypted_, "nor is that chosen");
        require(passwords_allowed_ || command != Command::pass_reply, "no password is said in clear");
    }

    const bool encryption_required_;
    const bool passwords_allowed_;
    bool encrypted_ = false;
    FrameDecoder decoder_{limits_after_login};
};

class Lab {
public:
    explicit Lab(FuzzInput &input)
        : input_(input),
          flip_(test::cryptDescription(flip_id)),
          auth_(test::authDescription(clear_auth_id, NETSANE_FLAG_NEEDS_CONFIDENTIALITY))
    {
        methods_.crypt = &flip_;
        methods_.auth = {&auth_};
        ClientPolicy policy;
        policy.program = "fuzz";
        policy.wants_values = input_.flag();
        policy.crypt = std::array{CryptPolicy::require, CryptPolicy::prefer, CryptPolicy::off}[input_.choice(3)];
        policy.allow_clear_passwords = input_.flag();
        policy.note = [](const std::string &) {};
        const auto trust = static_cast<Trust>(input_.choice(3));
        policy.check_peer = [trust](const PeerIdentity &) {
            return trust == Trust::none ? std::optional<std::string>("nobody I know") : std::nullopt;
        };
        policy.may_speak_first = [trust] { return trust == Trust::recognised; };
        overheard_.emplace(policy.crypt == CryptPolicy::require, policy.allow_clear_passwords);
        session_.emplace(std::move(policy), methods_);
    }

    void run()
    {
        while (!input_.atEnd()) {
            const bool failed = session_->failure().has_value();
            act();
            require(!failed || session_->failure(), "a failure is for good");
            require(!session_->failure() || (!session_->canRequest() && session_->outstanding() == 0),
                    "after it nothing can be asked");
            require(!session_->failure() || !session_->failure()->reason.empty(), "and it has a reason");
            require(session_->failure() || session_->outstanding() == asked_.size(), "each request has one reply");
            require(memory_.peakBytes() <= max_session_bytes + asked_bytes_, "bounded memory");
        }
    }

private:
    enum class Trust { none, checked, recognised };
    enum Action {
        Receive,
        ReceiveEncrypted,
        ReceiveByByte,
        Flood,
        Request,
        Send,
        SendSome,
        Reply,
        Opening,
        Login,
        Refuse,
        Wait,
        End,
        Quit,
        Fail,
        count
    };

    void takeReplies()
    {
        while (const auto message = session_->nextReply()) {
            require(!session_->failure(), "no reply from a session that has failed");
            require(!asked_.empty() && static_cast<std::uint32_t>(asked_.front()) == message->command,
                    "replies come in the order of the requests");
            asked_.pop_front();
        }
    }

    // As ClientConnection does: nothing is received while there is something to be taken.
    void receive(Bytes bytes, bool encrypted, size_t at_once)
    {
        while (!bytes.empty()) {
            takeReplies();
            if (session_->failure() || session_->loginWanted())
                return;
            const auto space = session_->prepareInput();
            const auto part = bytes.first(std::min({at_once, bytes.size(), space.size()}));
            for (size_t i = 0; i < part.size(); ++i)
                space[i] = part[i] ^ std::byte(encrypted ? 0x55 : 0);
            session_->commitInput(part.size());
            bytes = bytes.subspan(part.size());
        }
    }

    void flood()
    {
        const auto once = input_.field();
        const size_t times = size_t{input_.byte()} * input_.byte();
        const bool encrypted = input_.flag();
        std::vector<std::byte> bytes;
        for (size_t i = 0; i < times && bytes.size() < max_flood_bytes; ++i)
            bytes.insert(bytes.end(), once.begin(), once.end());
        const MemoryMeter without_the_flood;
        memory_ = without_the_flood;
        receive(bytes, encrypted, SIZE_MAX);
    }

    void request()
    {
        const auto command = all_commands[input_.choice(all_commands.size())];
        if (session_->failure() || !session_->canRequest())
            return;
        ByteBuffer &out = session_->request(command);
        const size_t before = out.size();
        if (command == Command::open)
            encodeOpenRequest(out, {"test:0"});
        else if (command == Command::read)
            encodeReadRequest(out, channel_handle, {65536});
        else
            encodeHandleRequest(out, command, channel_handle);
        asked_.push_back(command);
        asked_bytes_ += 4 * (out.size() - before);
    }

    void send(size_t most)
    {
        const auto bytes = session_->output();
        const auto part = bytes.first(std::min(bytes.size(), most));
        overheard_->hear(part);
        session_->consumeOutput(part.size());
    }

    void wait()
    {
        now_ += std::chrono::seconds(input_.byte());
        takeReplies();
        session_->keepTime(now_);
        if (session_->failure() || session_->loginWanted())
            return;
        if (session_->outstanding() == 0 && session_->isOpen())
            return;
        const auto deadline = session_->deadline();
        require(deadline && *deadline > now_ && *deadline <= now_ + longest_wait, "nothing is waited for without end");
    }

    void act()
    {
        switch (static_cast<Action>(input_.choice(count))) {
        case Receive:
            return receive(input_.field(), false, SIZE_MAX);
        case ReceiveEncrypted:
            return receive(input_.field(), true, SIZE_MAX);
        case ReceiveByByte:
            return receive(input_.field(), input_.flag(), 1);
        case Flood:
            return flood();
        case Request:
            return request();
        case Send:
            return send(SIZE_MAX);
        case SendSome:
            return send(input_.byte());
        case Reply:
            return takeReplies();
        case Opening:
            return session_->advanceOpening();
        case Login:
            session_->login({"alice", Secret("sesame"), "a file"});
            return;
        case Refuse:
            return session_->refuseLogin("nobody is there");
        case Wait:
            return wait();
        case End:
            return session_->endInput("the end");
        case Quit:
            return session_->quit();
        case Fail:
            return session_->fail("enough");
        case count:
            return;
        }
    }

    FuzzInput &input_;
    test::TestMethod flip_;
    test::TestMethod auth_;
    test::TestSource methods_;
    std::optional<Overheard> overheard_;
    MemoryMeter memory_;
    std::optional<ClientSession> session_;
    ClientSession::TimePoint now_ = ClientSession::TimePoint() + std::chrono::hours(1);
    std::deque<Command> asked_;
    size_t asked_bytes_ = 0;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FuzzInput input(data, size);
    Lab(input).run();
    return 0;
}
