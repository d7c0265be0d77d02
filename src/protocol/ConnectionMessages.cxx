#include "protocol/ConnectionMessages.hxx"

#include "wire/FrameEncoder.hxx"
#include "wire/MessageReader.hxx"

#include <algorithm>
#include <utility>

namespace netsane {

namespace {

FrameEncoder begin(ByteBuffer &out, Command command)
{
    return FrameEncoder(out, static_cast<std::uint32_t>(command));
}

std::string readName(MessageReader &reader)
{
    std::string name(reader.readString());
    if (name.empty() || name.size() > max_user_bytes)
        reader.fail("user name of " + std::to_string(name.size()) + " bytes, 1 to 255 are possible");
    return name;
}

} // namespace

bool Hello::announces(std::uint32_t extension) const noexcept
{
    return std::find(extensions.begin(), extensions.end(), extension) != extensions.end();
}

void encodeHello(ByteBuffer &out, const Hello &hello)
{
    auto message = begin(out, Command::hello);
    message.string(hello.text);
    if (hello.revision)
        message.integer(*hello.revision).list(hello.extensions);
    if (hello.transcript)
        message.opaque(hello.transcript->server_sent).opaque(hello.transcript->server_read);
    message.end();
}

Hello decodeHello(MessageView message)
{
    MessageReader reader(message);
    Hello hello;
    // The 1997 text calls the greeting's text optional.
    if (const auto text = reader.readOptionalString())
        hello.text = *text;
    hello.revision = reader.readOptionalUnsigned();
    if (auto extensions = reader.readOptionalList())
        hello.extensions = std::move(*extensions);
    // Half of a transcript is none.
    const auto sent = reader.readRaw();
    const auto read = reader.readRaw();
    if (sent && read)
        hello.transcript = {{sent->begin(), sent->end()}, {read->begin(), read->end()}};
    return hello;
}

void encodeCryptRequest(ByteBuffer &out, std::span<const std::uint32_t> methods)
{
    begin(out, Command::crypt_request).list(methods).end();
}

std::vector<std::uint32_t> decodeCryptRequest(MessageView message)
{
    return MessageReader(message).readList();
}

void encodeCryptReply(ByteBuffer &out, std::uint32_t method)
{
    begin(out, Command::crypt_reply).integer(method).end();
}

std::uint32_t decodeCryptReply(MessageView message)
{
    return MessageReader(message).readUnsigned();
}

void encodeUserRequest(ByteBuffer &out)
{
    encodeBare(out, Command::user);
}

void encodeUser(ByteBuffer &out, std::string_view name)
{
    begin(out, Command::user).string(name).end();
}

std::string decodeUser(MessageView message)
{
    MessageReader reader(message);
    return readName(reader);
}

void encodePass(ByteBuffer &out, Command command, const PassMessage &pass)
{
    auto message = begin(out, command);
    message.integer(pass.method);
    for (const auto &field : pass.fields)
        message.opaque(field);
    message.end();
}

PassMessage decodePass(MessageView message)
{
    MessageReader reader(message);
    PassMessage pass{reader.readUnsigned(), {}};
    while (const auto field = reader.readRaw())
        pass.fields.emplace_back(field->begin(), field->end());
    return pass;
}

void encodeWelcome(ByteBuffer &out, std::string_view name)
{
    begin(out, Command::welcome).string(name).end();
}

std::string decodeWelcome(MessageView message)
{
    return std::string(MessageReader(message).readString());
}

void encodeClientFail(ByteBuffer &out, const ClientFail &fail)
{
    begin(out, Command::fail).integer(fail.command).list(fail.methods).end();
}

ClientFail decodeClientFail(MessageView message)
{
    MessageReader reader(message);
    ClientFail fail{reader.readUnsigned(), {}};
    if (auto methods = reader.readOptionalList())
        fail.methods = std::move(*methods);
    return fail;
}

void encodeServerFail(ByteBuffer &out, const ServerFail &fail)
{
    begin(out, Command::fail).integer(fail.command).string(fail.reason).end();
}

ServerFail decodeServerFail(MessageView message)
{
    MessageReader reader(message);
    ServerFail fail{reader.readUnsigned(), {}};
    if (const auto reason = reader.readOptionalString())
        fail.reason = *reason;
    return fail;
}

void encodeBare(ByteBuffer &out, Command command)
{
    begin(out, command).end();
}

} // namespace netsane
