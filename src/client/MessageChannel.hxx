// What stands behind a netsane_connection: messages written and read field by field over a ClientConnection.
//
// Owned by the C interface; one thread at a time, wake() excepted. Functions return -1 or false on failure with the
// reason in error(); std::bad_alloc may be thrown.
#pragma once

#include "client/ClientConnection.hxx"
#include "client/MessageFormat.hxx"

#include <cstdarg>
#include <functional>
#include <optional>
#include <string>

namespace netsane {

class MessageChannel {
public:
    // Asks for a login; nothing: refused. user: the name if it is known already, else empty.
    using LoginSource = std::function<std::optional<Credentials>(const std::string &user)>;

    MessageChannel(ClientOptions options, LoginSource login);

    // Connects and waits for the end of greeting and crypto negotiation.
    bool connect();
    void close() noexcept;

    // The arguments are those of client.h.
    int print(const char *format, std::va_list arguments);
    int scan(const char *format, std::va_list arguments);
    bool flush();

    void wake() noexcept { wake_.wake(); }
    const std::string &error() const noexcept { return error_; }
    void setError(std::string error) { error_ = std::move(error); }

private:
    // Where a va_list goes on: it can't be passed by value and used again by the caller.
    struct Arguments {
        std::va_list list;
    };

    bool printField(Conversion conversion, Arguments &arguments);
    bool appendField(const void *data, std::size_t size);
    bool submit();
    bool nextReply();
    int scanField(Conversion conversion, Arguments &arguments);
    int scanInteger(std::int32_t *value);
    int scanString(const char **text);
    int scanOpaque(std::size_t *size, void *data);
    int scanList(std::size_t *count, std::int32_t *values);
    std::optional<std::span<const std::byte>> peekField() const noexcept;
    int refuseField(const char *reason);
    bool fail(std::string reason);
    bool failConnection();

    WakeFd wake_;
    ClientConnection connection_;
    LoginSource login_;
    ByteBuffer draft_; // the message being written
    std::optional<std::uint32_t> draft_command_;
    std::optional<MessageView> reply_; // the message being read
    std::size_t offset_ = 0;
    std::string error_;
};

} // namespace netsane
