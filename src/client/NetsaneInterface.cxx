// The functions of netsane/client.h. No exception gets out.

#include "client/MessageChannel.hxx"
#include "session/ClientText.hxx"

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <exception>
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

// Up to the last member of the first release, and where each newer one ends.
constexpr std::size_t first_options_size = offsetof(netsane_options, context) + sizeof(void *);
constexpr std::array newer_ends{offsetof(netsane_options, prompt) + sizeof(netsane_options::prompt),
                                offsetof(netsane_options, no_login_files) + sizeof(netsane_options::no_login_files),
                                offsetof(netsane_options, ca) + sizeof(netsane_options::ca),
                                offsetof(netsane_options, certificate) + sizeof(netsane_options::certificate),
                                offsetof(netsane_options, key) + sizeof(netsane_options::key),
                                offsetof(netsane_options, min_version) + sizeof(netsane_options::min_version),
                                offsetof(netsane_options, known_servers) + sizeof(netsane_options::known_servers)};

// Has the members that struct_size covers as a whole; the others are 0.
netsane_options knownOptions(const netsane_options &given) noexcept
{
    std::size_t size = first_options_size;
    for (const auto end : newer_ends)
        if (given.struct_size >= end)
            size = end;
    netsane_options known{};
    std::memcpy(&known, &given, size);
    return known;
}

constexpr std::size_t login_buffer_bytes = 513;

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

netsane::PromptCallback promptSource(const netsane_options &given, const std::string &server)
{
    const auto prompt = given.prompt;
    if (!prompt)
        return {};
    return [prompt, server, context = given.context](netsane::PromptStyle style, std::string_view text,
                                                     std::span<char> answer) {
        const std::string question(text);
        const auto size = answer.size();
        const int result = prompt(context, server.c_str(), static_cast<std::uint32_t>(style), question.c_str(),
                                  size ? answer.data() : nullptr, size);
        if (size)
            answer.back() = '\0';
        return result == 1;
    };
}

void readTrust(const netsane_options &given, netsane::ServerSettings &settings)
{
    const auto set = [](std::optional<std::string> &value, const char *text) {
        if (text)
            value = text;
    };
    set(settings.ca, given.ca);
    set(settings.certificate, given.certificate);
    set(settings.key, given.key);
    set(settings.min_version, given.min_version);
    set(settings.known_servers, given.known_servers);
}

ClientOptions readOptions(const netsane_options &given, const std::string &server)
{
    ClientOptions options;
    options.program = "libnetsane";
    options.debug = netsane::debugToStandardError;
    options.settings.tls = tlsMode(given.tls);
    readTrust(given, options.settings);
    if (const auto timeout = given.connect_timeout_ms)
        options.settings.connect_timeout = std::chrono::seconds(timeout / 1000 + (timeout % 1000 ? 1 : 0));
    options.settings.allow_clear_passwords = given.allow_clear_passwords != 0;
    if (const auto *const program = given.program)
        options.program = program;
    const auto *const user = given.user;
    const auto *const password = given.password;
    if (user && password)
        options.credentials = Credentials{user, netsane::Secret(password), "the program"};
    else if (user)
        options.user = user;
    options.login_files = given.no_login_files == 0;
    options.prompt = promptSource(given, server);
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

// Asks the login callback. With a prompt callback a name is enough: the method asks for the password then.
netsane::MessageChannel::LoginSource loginSource(const netsane_options &given, const std::string &server)
{
    return [login = given.login, can_prompt = given.prompt != nullptr, server,
            context = given.context](const std::string &known_user) -> std::optional<Credentials> {
        if (can_prompt && !known_user.empty())
            return Credentials{known_user, std::nullopt, "the program"};
        if (!login)
            return std::nullopt;
        std::array<char, login_buffer_bytes> user{};
        std::array<char, login_buffer_bytes> password{};
        if (known_user.size() < user.size())
            std::memcpy(user.data(), known_user.c_str(), known_user.size() + 1);
        const bool given_one = login(context, server.c_str(), user.data(), password.data(), user.size()) == 1;
        user.back() = password.back() = '\0';
        std::optional<Credentials> credentials;
        if (given_one)
            credentials = Credentials{user.data(), netsane::Secret(password.data()), "the program"};
        if (given_one && can_prompt && password.front() == '\0')
            credentials->password.reset();
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
        const auto given = options ? knownOptions(*options) : netsane_options{};
        auto client_options = readOptions(given, name->text());
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
