#include "session/CryptTranscript.hxx"

#include "wire/FrameDecoder.hxx"
#include "wire/ProtocolError.hxx"

#include <algorithm>

namespace netsane {

namespace {

constexpr std::size_t max_named_methods = 16;

void keep(std::vector<std::byte> &place, CryptTranscript::Bytes message, const char *name, std::size_t max_bytes)
{
    if (message.size() > max_bytes)
        throw ProtocolError(std::string(name) + " of " + std::to_string(message.size()) + " bytes in clear, at most " +
                            std::to_string(max_bytes) + " are allowed");
    place.assign(message.begin(), message.end());
}

std::vector<std::byte> joined(const std::vector<std::byte> &first, const std::vector<std::byte> &second)
{
    auto result = first;
    result.insert(result.end(), second.begin(), second.end());
    return result;
}

// The message with this command among others, whose bytes the peer made up; nothing if there is none.
std::vector<std::byte> find(const std::vector<std::byte> &messages, Command command)
{
    try {
        FrameDecoder decoder(limits_before_login);
        decoder.push(messages);
        while (const auto message = decoder.next())
            if (message->command == static_cast<std::uint32_t>(command))
                return {message->bytes.begin(), message->bytes.end()};
    } catch (const ProtocolError &) { // NOLINT(bugprone-empty-catch): no message, then
    }
    return {};
}

// "{1, 0}"
std::string listText(const std::vector<std::byte> &request)
{
    try {
        std::string text;
        const auto methods = decodeCryptRequest(viewMessage(request, limits_before_login));
        for (std::size_t i = 0; i < std::min(methods.size(), max_named_methods); ++i)
            text += (i == 0 ? "" : ", ") + std::to_string(methods[i]);
        return "{" + text + (methods.size() > max_named_methods ? ", ...}" : "}");
    } catch (const ProtocolError &) {
        return "nothing of the kind";
    }
}

std::string choiceText(const std::vector<std::byte> &reply)
{
    try {
        return std::to_string(decodeCryptReply(viewMessage(reply, limits_before_login)));
    } catch (const ProtocolError &) {
        return "nothing of the kind";
    }
}

} // namespace

void CryptTranscript::serverHello(Bytes message)
{
    keep(server_hello_, message, "HELO", max_clear_hello_bytes);
}

void CryptTranscript::cryptRequest(Bytes message)
{
    keep(crypt_request_, message, "CRPT_REQ", max_crypt_request_bytes);
}

void CryptTranscript::clientHello(Bytes message)
{
    keep(client_hello_, message, "HELO", max_clear_hello_bytes);
}

void CryptTranscript::cryptReply(Bytes message)
{
    keep(crypt_reply_, message, "CRPT_RPLY", max_crypt_reply_bytes);
}

Transcript CryptTranscript::transcript() const
{
    return {joined(server_hello_, crypt_request_), joined(client_hello_, crypt_reply_)};
}

std::optional<std::string> CryptTranscript::difference(const std::optional<Transcript> &told) const
{
    if (!told)
        return "the server doesn't repeat what was said before the encryption began, which may have been changed on "
               "the way";
    if (*told == transcript())
        return std::nullopt;
    const auto request = find(told->server_sent, Command::crypt_request);
    if (request != crypt_request_) {
        const auto sent = listText(request);
        const auto arrived = listText(crypt_request_);
        return sent == arrived ? "the list of crypto methods was changed on the way"
                               : "the list of crypto methods was changed on the way: the server sent " + sent + ", " +
                                     arrived + " arrived";
    }
    const auto reply = find(told->server_read, Command::crypt_reply);
    if (reply != crypt_reply_)
        return "the choice of a crypto method was changed on the way: " + choiceText(crypt_reply_) + " was sent, " +
               choiceText(reply) + " arrived at the server";
    if (find(told->server_sent, Command::hello) != server_hello_)
        return "the server's greeting was changed on the way";
    return find(told->server_read, Command::hello) != client_hello_
               ? "our greeting was changed on the way to the server"
               : "what was said before the encryption began was changed on the way";
}

} // namespace netsane
