#include "backend/DeviceOpener.hxx"

#include "config/ClientLogins.hxx"
#include "os/SecureMemory.hxx"
#include "protocol/ConnectionMessages.hxx"
#include "session/ClientText.hxx"
#include "wire/ProtocolError.hxx"

#include <array>
#include <cstring>
#include <utility>

namespace netsane {

namespace {

// A buffer for the authorization callback: wiped at the end.
class PromptBuffer {
public:
    PromptBuffer() noexcept { bytes_.fill('\0'); }
    ~PromptBuffer() { wipe(std::as_writable_bytes(std::span(bytes_))); }
    PromptBuffer(const PromptBuffer &) = delete;
    PromptBuffer &operator=(const PromptBuffer &) = delete;

    char *data() noexcept { return bytes_.data(); }

    // The text, whether the callback has ended it or not.
    const char *text() noexcept
    {
        bytes_.back() = '\0';
        return bytes_.data();
    }

private:
    std::array<char, SANE_MAX_PASSWORD_LEN> bytes_;
};

static_assert(SANE_MAX_USERNAME_LEN == SANE_MAX_PASSWORD_LEN);

} // namespace

DeviceOpener::DeviceOpener(ServerName server, ServerSettings settings, SANE_Auth_Callback authorize, DebugSink debug,
                           std::vector<std::string> addresses)
    : server_(std::move(server)),
      settings_(std::move(settings)),
      addresses_(std::move(addresses)),
      authorize_(authorize),
      debug_(std::move(debug))
{
}

void DeviceOpener::refuse(SANE_Status status, const std::string &reason)
{
    status_ = status;
    if (debug_ && !reason.empty())
        debug_(1, "sane_open: " + server_.text() + ": " + reason);
}

SANE_Status DeviceOpener::open(const std::string &device, std::unique_ptr<DeviceHandle> &handle)
{
    if (tryOpen(device, std::nullopt, handle) == Attempt::over)
        return status_;
    // The connection is closed by now: a dialog may stay open for ever (sane-semantics.md 17).
    auto credentials = askCredentials();
    if (credentials && tryOpen(device, std::move(credentials), handle) == Attempt::login_wanted)
        refuse(SANE_STATUS_ACCESS_DENIED, "this user name can't be sent, 1 to 255 bytes can");
    return status_;
}

std::optional<Credentials> DeviceOpener::askCredentials()
{
    if (!authorize_) {
        refuse(SANE_STATUS_ACCESS_DENIED,
               "the server wants a login, and the frontend can't ask for one; put user and password into "
               "~/.config/netsane/credentials (chmod 600)");
        return std::nullopt;
    }
    PromptBuffer user;
    PromptBuffer password;
    // For a frontend that shows it; one that doesn't fit would be another user's.
    if (known_user_.size() < SANE_MAX_USERNAME_LEN)
        std::memcpy(user.data(), known_user_.c_str(), known_user_.size() + 1);
    authorize_(saneResource(server_).c_str(), user.data(), password.data());
    Credentials credentials{user.text(), Secret(password.text()), "the frontend"};
    // A callback that was cancelled leaves the buffers as they were. That is no try.
    const bool untouched = credentials.user == known_user_ && credentials.password->size() == 0;
    if (!credentials.user.empty() && !untouched)
        return credentials;
    refuse(SANE_STATUS_ACCESS_DENIED, std::string("the server wants a login, and the frontend gave no ") +
                                          (credentials.user.empty() ? "user name" : "password"));
    return std::nullopt;
}

DeviceOpener::Attempt DeviceOpener::tryOpen(const std::string &device, std::optional<Credentials> credentials,
                                            std::unique_ptr<DeviceHandle> &handle)
{
    auto connection = std::make_unique<ClientConnection>(ClientOptions{.server = server_,
                                                                       .settings = settings_,
                                                                       .program = "sane-netsane",
                                                                       .credentials = std::move(credentials),
                                                                       .debug = debug_,
                                                                       .wants_values = true,
                                                                       .addresses = addresses_});
    if (connection->waitConnected(nullptr) == WaitResult::failed) {
        refuse(SANE_STATUS_IO_ERROR, connection->failure()->reason);
        return Attempt::over;
    }
    auto &session = connection->session();
    if (session.canRequest()) {
        encodeBare(session.request(Command::init), Command::init);
        encodeOpenRequest(session.request(Command::open), {device});
    }
    return awaitOpen(std::move(connection), handle);
}

DeviceOpener::Attempt DeviceOpener::awaitOpen(std::unique_ptr<ClientConnection> connection,
                                              std::unique_ptr<DeviceHandle> &handle)
{
    for (;;) {
        MessageView reply{};
        const auto result = connection->waitReply(reply, nullptr);
        if (result == WaitResult::login_wanted) {
            known_user_ = connection->knownUser();
            return Attempt::login_wanted;
        }
        if (result != WaitResult::reply) {
            const auto &failure = *connection->failure();
            refuse(static_cast<SANE_Status>(failure.status), failure.reason);
            return Attempt::over;
        }
        if (reply.command != static_cast<std::uint32_t>(Command::open))
            continue;
        try {
            const bool with_values = connection->session().tellsValues();
            finishOpen(std::move(connection), decodeOpenReply(reply, with_values), handle);
        } catch (const ProtocolError &error) {
            refuse(SANE_STATUS_IO_ERROR, error.what());
        }
        return Attempt::over;
    }
}

void DeviceOpener::finishOpen(std::unique_ptr<ClientConnection> connection, OpenReply reply,
                              std::unique_ptr<DeviceHandle> &handle)
{
    if (reply.outcome.status != Status::good) {
        // The server's reason, and behind it what this side found wrong with the login.
        auto reason = printableText(reply.outcome.reason);
        if (const auto &ours = connection->session().loginReason(); !ours.empty())
            reason += (reason.empty() ? "" : "; ") + ours;
        return refuse(static_cast<SANE_Status>(reply.outcome.status), reason);
    }
    connection->leaveLoginFiles();
    auto opened = std::make_unique<DeviceHandle>(std::move(connection), reply.handle, debug_);
    status_ = opened->loadOptions(std::move(reply));
    if (status_ == SANE_STATUS_GOOD)
        handle = std::move(opened);
}

} // namespace netsane
