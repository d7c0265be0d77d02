// The functions of netsane/client.h. No exception gets out.

#include "client/MessageChannel.hxx"
#include "session/ClientText.hxx"

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <memory>
#include <netsane/client.h>

struct netsane_connection {
    netsane_connection(netsane::ClientOptions options, netsane::MessageChannel::LoginSource login)
        : channel(std::move(options), std::move(login))
    {
    }

    netsane::MessageChannel channel;
};

namespace {

using netsane::ClientOptions;
using netsane::Credentials;

// Up to the last member of the first release; newer ones may be looked at only if struct_size covers them.
constexpr std::size_t first_options_size = offsetof(netsane_options, context) + sizeof(void *);

void copyText(const std::string &text, char *buffer, std::size_t size) noexcept
{
    if (buffer && size != 0)
        std::snprintf(buffer, size, "%s", text.c_str());
}

std::optional<netsane::TlsMode> tlsMode(std::uint32_t tls) noexcept
{
    switch (tls) {
    case NETSANE_TLS_DEFAULT:
        return std::nullopt;
    case NETSANE_TLS_PREFER:
        return netsane::TlsMode::prefer;
    case NETSANE_TLS_OFF:
        return netsane::TlsMode::off;
    default:
        return netsane::TlsMode::require;
    }
}

ClientOptions readOptions(const netsane_options &given)
{
    ClientOptions options;
    options.program = "libnetsane";
    options.debug = netsane::debugToStandardError;
    options.settings.tls = tlsMode(given.tls);
    if (const auto timeout = given.connect_timeout_ms)
        options.settings.connect_timeout = std::chrono::seconds(timeout / 1000 + (timeout % 1000 ? 1 : 0));
    options.settings.allow_clear_passwords = given.allow_clear_passwords != 0;
    if (const auto *const program = given.program)
        options.program = program;
    const auto *const user = given.user;
    const auto *const password = given.password;
    if (user && password)
        options.credentials = Credentials{user, password};
    if (const auto *const auth = given.auth)
        options.settings.auth = netsane::splitMethodNames(auth).value_or(std::vector<std::string>{});
    if (const auto *const plugin_dir = given.plugin_dir)
        options.settings.plugin_dir = plugin_dir;
    const auto debug = given.debug;
    if (debug)
        options.debug = [debug, context = given.context](int level, const std::string &text) {
            debug(context, level, text.c_str());
        };
    return options;
}

netsane::MessageChannel::LoginSource loginSource(const netsane_options &given, const std::string &server)
{
    const auto login = given.login;
    if (!login)
        return {};
    return [login, server, context = given.context]() -> std::optional<Credentials> {
        std::array<char, 513> user{};
        std::array<char, 513> password{};
        const bool given_one = login(context, server.c_str(), user.data(), password.data(), user.size()) == 1;
        user.back() = password.back() = '\0';
        std::optional<Credentials> credentials;
        if (given_one)
            credentials = Credentials{user.data(), password.data()};
        netsane::wipe(std::as_writable_bytes(std::span(password)));
        return credentials;
    };
}

} // namespace

#define EXPORT extern "C" __attribute__((visibility("default")))

EXPORT netsane_connection *netsane_connect(const char *server, const netsane_options *options, char *error,
                                           size_t error_size)
{
    try {
        copyText("", error, error_size);
        const auto name = netsane::parseServerName(server ? server : "");
        if (!name) {
            copyText("expected host, host:port, [v6]:port or unix:/path", error, error_size);
            return nullptr;
        }
        if (options && options->struct_size < first_options_size) {
            copyText("struct_size of the options is not sizeof(netsane_options)", error, error_size);
            return nullptr;
        }
        const netsane_options none{};
        const auto &given = options ? *options : none;
        auto client_options = readOptions(given);
        client_options.server = *name;
        auto connection =
            std::make_unique<netsane_connection>(std::move(client_options), loginSource(given, name->text()));
        if (connection->channel.connect())
            return connection.release(); // netsane_close takes it back
        copyText(connection->channel.error(), error, error_size);
    } catch (const std::exception &failure) {
        copyText(failure.what(), error, error_size);
    } catch (...) {
        copyText("unknown failure", error, error_size);
    }
    return nullptr;
}

EXPORT void netsane_close(netsane_connection *connection)
{
    const std::unique_ptr<netsane_connection> owner(connection);
    if (owner)
        owner->channel.close();
}

EXPORT const char *netsane_error(const netsane_connection *connection)
{
    return connection ? connection->channel.error().c_str() : "no connection";
}

namespace {

template<typename Body>
int guarded(netsane_connection *connection, Body body) noexcept
{
    if (!connection)
        return -1;
    try {
        return body(connection->channel);
    } catch (const std::exception &) {
        connection->channel.setError("out of memory");
    } catch (...) {
    }
    return -1;
}

} // namespace

EXPORT int netsane_printf(netsane_connection *connection, const char *format, ...)
{
    std::va_list arguments;
    va_start(arguments, format);
    const int result =
        guarded(connection, [&](netsane::MessageChannel &channel) { return channel.print(format, arguments); });
    va_end(arguments);
    return result;
}

EXPORT int netsane_scanf(netsane_connection *connection, const char *format, ...)
{
    std::va_list arguments;
    va_start(arguments, format);
    const int result =
        guarded(connection, [&](netsane::MessageChannel &channel) { return channel.scan(format, arguments); });
    va_end(arguments);
    return result;
}

EXPORT int netsane_flush(netsane_connection *connection)
{
    return guarded(connection, [](netsane::MessageChannel &channel) { return channel.flush() ? 0 : -1; });
}

EXPORT void netsane_wake(netsane_connection *connection)
{
    if (connection)
        connection->channel.wake();
}
