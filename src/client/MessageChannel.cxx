#include "client/MessageChannel.hxx"

#include "protocol/DeviceMessages.hxx"
#include "util/ByteOrder.hxx"

#include <algorithm>
#include <cstring>
#include <utility>

namespace netsane {

namespace {

constexpr std::size_t length_bytes = 4;
constexpr std::chrono::seconds flush_timeout{30};
constexpr std::chrono::seconds close_timeout{2};

std::array<std::byte, 4> bigEndian(std::uint32_t value) noexcept
{
    std::array<std::byte, 4> bytes;
    storeBigEndian32(bytes.data(), value);
    return bytes;
}

} // namespace

MessageChannel::MessageChannel(ClientOptions options, LoginSource login)
    : connection_(std::move(options)), login_(std::move(login))
{
}

bool MessageChannel::fail(std::string reason)
{
    error_ = std::move(reason);
    return false;
}

bool MessageChannel::failConnection()
{
    return fail(connection_.failure() ? connection_.failure()->reason : "the connection is lost");
}

bool MessageChannel::connect()
{
    if (connection_.waitOpen(nullptr) == WaitResult::failed)
        return failConnection();
    return true;
}

void MessageChannel::close() noexcept
{
    try {
        if (!connection_.isConnected() || connection_.failure())
            return;
        const auto deadline = std::chrono::steady_clock::now() + close_timeout;
        // Requests first, as QUIT can't be said while the server greets anew.
        connection_.flush(deadline);
        connection_.session().quit();
        connection_.flush(deadline);
    } catch (...) { // the server sees the end of the connection in any case
    }
}

bool MessageChannel::flush()
{
    connection_.flush(std::chrono::steady_clock::now() + flush_timeout);
    return connection_.failure() ? failConnection() : true;
}

// ---- writing

bool MessageChannel::appendField(const void *data, std::size_t size)
{
    if (size == 0)
        return true;
    if (!data)
        return fail("a NULL pointer for a field");
    if (size > limits_after_login.max_field_bytes ||
        draft_.size() + length_bytes + size + length_bytes > limits_after_login.max_message_bytes)
        return fail("a field or message over the protocol's limits");
    draft_.append(bigEndian(static_cast<std::uint32_t>(size)));
    draft_.append({static_cast<const std::byte *>(data), size});
    return true;
}

bool MessageChannel::printField(Conversion conversion, Arguments &arguments)
{
    switch (conversion) {
    case Conversion::integer: {
        const auto value = static_cast<std::uint32_t>(va_arg(arguments.list, std::int32_t));
        if (!draft_command_)
            draft_command_ = value;
        return appendField(bigEndian(value).data(), length_bytes);
    }
    case Conversion::string: {
        const char *const text = va_arg(arguments.list, const char *);
        return appendField(text ? text : "", (text ? std::strlen(text) : 0) + 1);
    }
    case Conversion::opaque: {
        const auto size = va_arg(arguments.list, std::size_t);
        return appendField(va_arg(arguments.list, const void *), size);
    }
    case Conversion::list: {
        const auto count = va_arg(arguments.list, std::size_t);
        const auto *const values = va_arg(arguments.list, const std::int32_t *);
        if (count > limits_after_login.max_field_bytes / length_bytes || (count != 0 && !values))
            return fail("a list without data or over the protocol's limits");
        std::vector<std::byte> bytes(count * length_bytes);
        for (std::size_t i = 0; i < count; ++i)
            storeBigEndian32(bytes.data() + i * length_bytes, static_cast<std::uint32_t>(values[i]));
        return appendField(bytes.data(), bytes.size());
    }
    }
    return fail("bad format");
}

bool MessageChannel::submit()
{
    const auto command = static_cast<Command>(*draft_command_);
    auto &session = connection_.session();
    if (command == Command::quit) {
        session.quit();
        return true;
    }
    if (!isRequest(command))
        return fail("command " + std::to_string(*draft_command_) + " is no request");
    if (!session.canRequest())
        return session.failure() ? failConnection() : fail("64 requests are outstanding");
    draft_.append(end_mark);
    session.request(command).append(draft_.data());
    return true;
}

int MessageChannel::print(const char *format, std::va_list list)
{
    error_.clear();
    const auto parsed = MessageFormat::parse(format);
    bool good = parsed && (draft_command_ ||
                           (!parsed->conversions().empty() && parsed->conversions().front() == Conversion::integer));
    if (!good)
        fail("bad format");
    Arguments arguments;
    va_copy(arguments.list, list);
    int count = 0;
    if (good && connection_.failure())
        good = failConnection();
    for (std::size_t i = 0; good && i < parsed->conversions().size(); ++i, ++count)
        good = printField(parsed->conversions()[i], arguments);
    va_end(arguments.list);
    if (good && parsed->endsMessage())
        good = submit();
    if (!good || parsed->endsMessage()) {
        draft_.clear();
        draft_command_.reset();
    }
    return good ? count : -1;
}

// ---- reading

bool MessageChannel::nextReply()
{
    for (;;) {
        MessageView message{};
        if (!connection_.failure() && connection_.session().outstanding() == 0)
            return fail("no request is outstanding");
        switch (connection_.waitReply(message, &wake_)) {
        case WaitResult::reply:
            reply_ = message;
            offset_ = 0;
            return true;
        case WaitResult::woken:
            wake_.clear();
            return fail("interrupted by netsane_wake");
        case WaitResult::login_wanted: {
            auto credentials = login_ ? login_(connection_.knownUser()) : std::nullopt;
            if (!credentials || !connection_.session().login(std::move(*credentials)))
                connection_.session().refuseLogin("no login was given");
            break;
        }
        default:
            return failConnection();
        }
    }
}

int MessageChannel::refuseField(const char *reason)
{
    fail(reason);
    return -1;
}

std::optional<std::span<const std::byte>> MessageChannel::peekField() const noexcept
{
    const auto bytes = reply_->bytes;
    if (offset_ + length_bytes >= bytes.size())
        return std::nullopt;
    return bytes.subspan(offset_ + length_bytes, loadBigEndian32(bytes.data() + offset_));
}

// These answer as client.h's scanf does for one field. 1: converted, 0: the message has ended, -1: failed.

int MessageChannel::scanInteger(std::int32_t *value)
{
    const auto field = peekField();
    if (!value)
        return refuseField("a NULL pointer to scan into");
    if (!field)
        return 0;
    if (field->size() != length_bytes)
        return refuseField("the field is no INT");
    *value = static_cast<std::int32_t>(loadBigEndian32(field->data()));
    return 1;
}

int MessageChannel::scanString(const char **text)
{
    const auto field = peekField();
    if (!text)
        return refuseField("a NULL pointer to scan into");
    if (!field)
        return 0;
    if (std::find(field->begin(), field->end(), std::byte{0}) != field->end() - 1)
        return refuseField("the field is no string");
    *text = reinterpret_cast<const char *>(field->data());
    return 1;
}

int MessageChannel::scanOpaque(std::size_t *size, void *data)
{
    const auto field = peekField();
    if (!size || !data)
        return refuseField("a NULL pointer to scan into");
    if (!field)
        return 0;
    const bool fits = field->size() <= *size;
    *size = field->size();
    if (!fits)
        return refuseField("the buffer is too small for the field");
    std::memcpy(data, field->data(), field->size());
    return 1;
}

int MessageChannel::scanList(std::size_t *count, std::int32_t *values)
{
    const auto field = peekField();
    if (!count || !values)
        return refuseField("a NULL pointer to scan into");
    if (!field)
        return 0;
    if (field->size() % length_bytes != 0)
        return refuseField("the field is no list");
    const auto have = field->size() / length_bytes;
    const bool fits = have <= *count;
    *count = have;
    if (!fits)
        return refuseField("the buffer is too small for the field");
    for (std::size_t i = 0; i < have; ++i)
        values[i] = static_cast<std::int32_t>(loadBigEndian32(field->data() + i * length_bytes));
    return 1;
}

int MessageChannel::scanField(Conversion conversion, Arguments &arguments)
{
    int result = -1;
    switch (conversion) {
    case Conversion::integer:
        result = scanInteger(va_arg(arguments.list, std::int32_t *));
        break;
    case Conversion::string:
        result = scanString(va_arg(arguments.list, const char **));
        break;
    case Conversion::opaque: {
        auto *const size = va_arg(arguments.list, std::size_t *);
        result = scanOpaque(size, va_arg(arguments.list, void *));
        break;
    }
    case Conversion::list: {
        auto *const count = va_arg(arguments.list, std::size_t *);
        result = scanList(count, va_arg(arguments.list, std::int32_t *));
        break;
    }
    }
    if (result == 1)
        offset_ += length_bytes + peekField()->size();
    return result;
}

int MessageChannel::scan(const char *format, std::va_list list)
{
    error_.clear();
    const auto parsed = MessageFormat::parse(format);
    if (!parsed || (parsed->conversions().empty() && !parsed->endsMessage()))
        return refuseField("bad format");
    if (!reply_ && !nextReply())
        return -1;
    Arguments arguments;
    va_copy(arguments.list, list);
    int count = 0;
    int result = 1;
    for (std::size_t i = 0; result == 1 && i < parsed->conversions().size(); ++i) {
        result = scanField(parsed->conversions()[i], arguments);
        count += result == 1 ? 1 : 0;
    }
    va_end(arguments.list);
    if (result < 0)
        return -1;
    if (parsed->endsMessage())
        reply_.reset();
    return count;
}

} // namespace netsane
