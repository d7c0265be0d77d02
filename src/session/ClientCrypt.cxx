#include "session/ClientCrypt.hxx"

#include "session/ClientText.hxx"
#include "wire/ProtocolError.hxx"

#include <utility>

namespace netsane {

void ClientCrypt::greeted(MessageView server_hello)
{
    if (transport_.isClear())
        transcript_.serverHello(server_hello.bytes);
}

void ClientCrypt::greeting(CryptTranscript::Bytes our_hello)
{
    if (transport_.isClear())
        transcript_.clientHello(our_hello);
}

void ClientCrypt::onRequest(MessageView message)
{
    auto methods = decodeCryptRequest(message);
    if (!transport_.isClear())
        throw ProtocolError("CRPT_REQ under encryption");
    if (isAsked())
        throw ProtocolError("CRPT_REQ before the answer to the last");
    if (negotiated_ || negotiations_ == max_negotiations)
        throw ProtocolError("CRPT_REQ again and again");
    if (methods.size() > max_crypt_methods)
        throw ProtocolError("CRPT_REQ with " + std::to_string(methods.size()) + " methods");
    transcript_.cryptRequest(message.bytes);
    offered_ = std::move(methods);
    negotiated_ = true;
    ++negotiations_;
}

std::optional<std::string> ClientCrypt::choose()
{
    method_ = nullptr;
    bool none_offered = false;
    for (const auto id : std::exchange(offered_, {})) {
        chosen_ = id;
        if (id == crypt_method_none)
            none_offered = true;
        else if (policy_.crypt != CryptPolicy::off && (method_ = methods_.cryptMethod(id)) != nullptr)
            return std::nullopt;
    }
    chosen_ = crypt_method_none;
    if (none_offered && policy_.crypt != CryptPolicy::require)
        return std::nullopt;
    if (policy_.crypt == CryptPolicy::off)
        return "the server insists on encryption, which netsane.conf has switched off";
    return "encryption is required, and no crypt method that the server offers is installed here "
           "(tls=off in netsane.conf does without)";
}

std::optional<std::string> ClientCrypt::answer()
{
    ByteBuffer reply;
    encodeCryptReply(reply, chosen_);
    transport_.messages().append(reply.data());
    if (!method_) {
        transcript_.clear();
        return std::nullopt;
    }
    transcript_.cryptReply(reply.data());
    transport_.switchTo(CryptStream(*method_, Role::Client, {policy_.peer, policy_.peer_name}));
    if (transport_.isClear())
        return "crypt method " + method_->name() + " does not encrypt";
    handshaking_ = transcript_due_ = true;
    return std::nullopt;
}

std::optional<std::string> ClientCrypt::advance(const std::optional<std::string> &end_reason)
{
    switch (transport_.advance()) {
    case CryptState::Handshake:
        return std::nullopt;
    case CryptState::Error:
        return "the handshake failed: " + printableText(transport_.stream().error());
    case CryptState::Truncated:
        return "the handshake failed: the connection was cut in the middle of it" +
               (end_reason ? ": " + *end_reason : std::string());
    case CryptState::Open:
    case CryptState::Closed:
        break;
    }
    handshaking_ = false;
    return checkPeer();
}

std::optional<std::string> ClientCrypt::checkPeer() const
{
    const auto &stream = transport_.stream();
    PeerIdentity peer{std::nullopt, printableText(stream.peerFingerprint()), {}};
    if (auto name = stream.peerName(); !name.empty())
        peer.verified_name = std::move(name);
    else
        peer.unverified_reason = printableText(stream.unverifiedReason());
    if (policy_.check_peer)
        return policy_.check_peer(peer);
    if (peer.verified_name)
        return std::nullopt;
    const auto &reason = peer.unverified_reason;
    return "the server's identity isn't verified: " + (reason.empty() ? "the crypt method has no name for it" : reason);
}

std::optional<std::string> ClientCrypt::checkGreeting(const Hello &hello)
{
    if (!std::exchange(transcript_due_, false))
        return std::nullopt;
    auto reason = transcript_.difference(hello.transcript);
    transcript_.clear();
    return reason;
}

} // namespace netsane
