#include "session/ServerCrypt.hxx"

#include "wire/ProtocolError.hxx"

#include <algorithm>
#include <utility>

namespace netsane {

bool ServerCrypt::isChoice(const Methods &methods) noexcept
{
    return std::ranges::any_of(methods, [](const Method *method) { return method->id() != crypt_method_none; });
}

void ServerCrypt::askWithGreeting(Methods methods, SessionTime now)
{
    methods_ = std::move(methods);
    since_ = now;
    state_ = State::asked;
}

bool ServerCrypt::want(Methods methods)
{
    if (isAsked() || isSwitching() || !transport_.isClear() || !isChoice(methods))
        return false;
    methods_ = std::move(methods);
    state_ = State::wanted;
    return true;
}

void ServerCrypt::ask(const OutstandingRequests &none, SessionTime now)
{
    since_ = now;
    crossed_ = none;
    state_ = State::asked_later;
    sendRequest();
}

void ServerCrypt::sendRequest()
{
    methods_.resize(std::min(methods_.size(), max_crypt_methods));
    std::vector<std::uint32_t> ids;
    for (const Method *const method : methods_)
        ids.push_back(method->id());
    ByteBuffer message;
    encodeCryptRequest(message, ids);
    transcript_.cryptRequest(message.data());
    transport_.messages().append(message.data());
}

void ServerCrypt::greet(Hello hello)
{
    if (isAskedAtConnect())
        hello.extensions.push_back(extension_crypt_follows);
    if (!transport_.isClear()) {
        hello.transcript = transcript_.transcript();
        transcript_.clear();
    }
    ByteBuffer message;
    encodeHello(message, hello);
    if (transport_.isClear())
        transcript_.serverHello(message.data());
    transport_.messages().append(message.data());
    if (isAskedAtConnect())
        sendRequest();
}

void ServerCrypt::clientGreeted(MessageView hello)
{
    if (transport_.isClear())
        transcript_.clientHello(hello.bytes);
}

void ServerCrypt::requestCrossed(Command command)
{
    // More can't have been under way: none was outstanding.
    if (!crossed_.hasRoom(command))
        throw ProtocolError("a request in the place of CRPT_RPLY");
    crossed_.add(command);
}

void ServerCrypt::replied(MessageView message)
{
    const std::uint32_t id = decodeCryptReply(message);
    const auto chosen = std::ranges::find_if(methods_, [id](const Method *method) { return method->id() == id; });
    if (chosen == methods_.end())
        throw ProtocolError("crypto method " + std::to_string(id) + " was not offered");
    transcript_.cryptReply(message.bytes);
    name_ = (*chosen)->name();
    transport_.switchTo(CryptStream(**chosen, Role::Server, {peer_.address, {}}));
    // What was said before a switch to NONE is forgotten, like everything.
    if (transport_.isClear())
        transcript_.clear();
    methods_.clear();
    state_ = State::switching;
}

bool ServerCrypt::advance()
{
    switch (transport_.advance()) {
    case CryptState::Handshake:
        return false;
    case CryptState::Error:
    case CryptState::Truncated:
        throw ProtocolError("the handshake failed: " + transport_.stream().error());
    case CryptState::Open:
    case CryptState::Closed:
        break;
    }
    state_ = State::idle;
    return true;
}

} // namespace netsane
