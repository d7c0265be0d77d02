#include "session/ClientCrypt.hxx"

#include "protocol/ConnectionMessages.hxx"
#include "wire/ProtocolError.hxx"

#include <utility>

namespace netsane {

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
    encodeCryptReply(transport_.messages(), chosen_);
    if (!method_)
        return std::nullopt;
    transport_.switchTo(CryptStream(*method_, Role::Client, {policy_.peer, policy_.peer_name}));
    if (transport_.isClear())
        return "crypt method " + method_->name() + " does not encrypt";
    return std::nullopt;
}

} // namespace netsane
