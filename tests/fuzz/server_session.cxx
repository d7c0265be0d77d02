// The server's engine, fed by a client's bytes and by any answers of an honest daemon: in clear, and through a crypt
// method that only flips bits, so that any bytes are a message's.

#include "protocol/ConnectionMessages.hxx"
#include "session/ServerSession.hxx"
#include "tests/fuzz/FuzzInput.hxx"
#include "tests/fuzz/Require.hxx"
#include "tests/session/TestMethods.hxx"
#include "wire/ProtocolError.hxx"

#include <cstring>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <sys/random.h>
#include <utility>
#include <vector>

namespace {

unsigned char handles; // that the session has given out

} // namespace

// In place of the C library's: the first handle is 16 times 1, so that an input can name it.
extern "C" ssize_t getrandom(void *data, size_t size, unsigned)
{
    std::memset(data, ++handles, size);
    return static_cast<ssize_t>(size);
}

namespace {

using namespace netsane;
using Methods = std::vector<const Method *>;

constexpr std::uint32_t flip_id = 0x8001;
constexpr std::size_t max_unsent_bytes = 8U << 20; // of an input of libFuzzer's size: far less

MethodDescription description(std::uint32_t id, std::uint32_t flags, const char *name)
{
    auto made = test::cryptDescription(id);
    made.crypt_server = made.crypt_client;
    made.flags = flags;
    made.name = name;
    return made;
}

// Answers nothing by itself; knows what it has been asked.
class Daemon final : public ServerHost {
public:
    std::size_t listings = 0;
    std::set<DeviceKey> to_open, open;
    std::optional<ExchangeKey> login;
    std::string user; // whom it has let in
    bool asked_anything = false;

    void listDevices() override { ++listings, asked_anything = true; }
    void openDevice(DeviceKey key, std::string_view) override { to_open.insert(key), asked_anything = true; }
    void sendToDevice(DeviceKey key, std::span<const std::byte>) override
    {
        require(open.contains(key), "an open device");
    }
    void closeDevice(DeviceKey key) override { to_open.erase(key), open.erase(key); }
    void startLogin(const LoginStart &start) override
    {
        require(!login, "one login at a time");
        login = start.exchange, asked_anything = true;
    }
    void continueLogin(ExchangeKey exchange, std::vector<std::vector<std::byte>>) override
    {
        require(login == exchange, "only the login that is going on");
    }
    void cancelLogin(ExchangeKey exchange) override
    {
        if (login == exchange)
            login.reset();
    }
    void scanEnded(DeviceKey, const ScanSummary &) override {}
    void loginGivenUp(std::string_view) override {}
    void loginForgotten() override { user.clear(); }
    void logSession(std::string_view) override {}
};

class Lab {
public:
    explicit Lab(FuzzInput &input) : input_(input)
    {
        static const test::TestMethod none(description(crypt_method_none, NETSANE_FLAG_PASSTHROUGH, "none"));
        static const test::TestMethod flip(description(flip_id, 0, "flip"));
        encryption_required_ = input_.flag();
        offered_ = encryption_required_ ? Methods{&flip} : Methods{&flip, &none};
        settings_.auth_methods = {{1, NETSANE_FLAG_NEEDS_CONFIDENTIALITY, "unix"}, {2, 0, "crypt"}};
        settings_.login_at_connect = input_.flag();
        begin_in_clear_ = !encryption_required_ && input_.flag();
        session_.emplace(settings_, begin_in_clear_ ? Methods{&none} : offered_, PeerInfo{"192.0.2.1", false}, daemon_,
                         now_);
    }

    void run()
    {
        while (!input_.atEnd()) {
            const std::string crypt_before = session_->cryptName();
            try {
                act();
            } catch (const ProtocolError &error) { // as ClientConnection does
                session_->fail(error.what());
            }
            check();
            require(session_->cryptName() == crypt_before || daemon_.user.empty(), "a switch forgets the login");
        }
    }

private:
    enum Action {
        Say,
        SayEncrypted,
        SayByByte,
        Read,
        Listed,
        Opened,
        Refused,
        LoginNeeded,
        DeviceSays,
        DeviceGone,
        Continue,
        LoginFails,
        LoggedIn,
        AuthGone,
        Wait,
        AskForCrypt,
        Leave,
        count
    };

    void say(std::vector<std::byte> bytes, bool encrypted, std::size_t at_once)
    {
        for (std::span<std::byte> rest(bytes); !rest.empty() && !session_->isFinished();) {
            const auto part = rest.first(std::min(at_once, rest.size()));
            for (std::byte &byte : part)
                byte ^= std::byte(encrypted ? 0x55 : 0);
            std::memcpy(session_->receiveBuffer(part.size()).data(), part.data(), part.size());
            session_->received(part.size(), now_);
            rest = rest.subspan(part.size());
        }
    }

    void opened(OpenDecision::Kind kind)
    {
        if (daemon_.to_open.empty())
            return;
        const DeviceKey key = *daemon_.to_open.begin();
        daemon_.to_open.erase(key); // where a login is needed, the session asks again behind it
        if (kind == OpenDecision::Kind::opened)
            daemon_.open.insert(key);
        session_->deviceOpened(key, {kind, {Status::access_denied, "no"}}, now_);
    }

    void deviceSays(const std::vector<std::byte> &bytes)
    {
        for (const DeviceKey key : std::set(daemon_.open)) {
            if (!session_->wantsDevice(key))
                continue;
            try {
                return session_->deviceMessage(key, viewMessage(bytes, limits_after_login), now_);
            } catch (const ProtocolError &) {
                return session_->deviceGone(key, "nonsense", now_);
            }
        }
    }

    void endLogin(Action how)
    {
        const auto exchange = std::exchange(daemon_.login, std::nullopt);
        if (how == AuthGone)
            return session_->authGone(now_);
        if (!exchange)
            return;
        if (how == LoginFails)
            return session_->loginFailed(*exchange, now_);
        daemon_.user = "alice";
        session_->loggedIn(*exchange, "alice", now_);
    }

    void act()
    {
        const auto action = static_cast<Action>(input_.choice(count));
        switch (action) {
        case Say:
            return say(input_.field(), false, SIZE_MAX);
        case SayEncrypted:
            return say(input_.field(), true, SIZE_MAX);
        case SayByByte:
            return say(input_.field(), input_.flag(), 1);
        case Read:
            return session_->output().clear();
        case Listed:
            if (daemon_.listings > 0)
                --daemon_.listings, session_->devicesListed({});
            return;
        case Opened:
            return opened(OpenDecision::Kind::opened);
        case Refused:
            return opened(OpenDecision::Kind::refused);
        case LoginNeeded:
            return opened(OpenDecision::Kind::login_needed);
        case DeviceSays:
            return deviceSays(input_.field());
        case DeviceGone:
            if (!daemon_.open.empty())
                session_->deviceGone(*daemon_.open.begin(), "gone", now_);
            return;
        case Continue:
            if (daemon_.login)
                session_->loginContinues(*daemon_.login, input_.fields());
            return;
        case LoginFails:
        case LoggedIn:
        case AuthGone:
            return endLogin(action);
        case Wait:
            now_ += std::chrono::seconds(input_.byte());
            return session_->tick(now_);
        case AskForCrypt:
            session_->askForCrypt(offered_, now_);
            return;
        case Leave:
            return session_->peerClosed();
        case count:
            return;
        }
    }

    void check()
    {
        const bool is_clear = session_->cryptName() == "none";
        require(!encryption_required_ || !is_clear || !daemon_.asked_anything,
                "nothing is done in clear where it must not be");
        require(!session_->isFinished() || !session_->nextDeadline(), "an end is an end");
        require(session_->unsentBytes() < max_unsent_bytes, "bounded memory");
    }

    FuzzInput &input_;
    bool encryption_required_ = false;
    bool begin_in_clear_ = false;
    Methods offered_;
    SessionSettings settings_;
    Daemon daemon_;
    SessionTime now_ = SessionTime() + std::chrono::hours(1);
    std::optional<ServerSession> session_;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    handles = 0;
    FuzzInput input(data, size);
    Lab(input).run();
    return 0;
}
