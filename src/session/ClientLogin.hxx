// The client's side of a login: USER, PASS_REQ and WELC in, USER, PASS_RPLY and FAIL out (protocol.md §6).
//
// Owned by a ClientSession, no I/O of its own (loading a method blocks on the disk). One attempt: a server that asks
// for the user again has refused the login, and is not obeyed a second time. Functions throw ProtocolError for a
// message that is malformed or isn't allowed now.
#pragma once

#include "auth/AuthExchange.hxx"
#include "protocol/ConnectionMessages.hxx"
#include "session/ClientPolicy.hxx"
#include "session/LinkSecurity.hxx"
#include "util/ByteBuffer.hxx"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace netsane {

enum class LoginState {
    none,      // the server hasn't asked
    wanted,    // it asks, and there are no credentials
    named,     // USER sent
    answered,  // PASS_RPLY or FAIL PASS_REQ sent
    succeeded, // the server said so
    refused    // by either side
};

class ClientLogin {
public:
    // Keeps the references.
    ClientLogin(const ClientPolicy &policy, MethodSource &methods) noexcept : policy_(policy), methods_(methods) {}
    ~ClientLogin() = default;
    ClientLogin(const ClientLogin &) = delete;
    ClientLogin &operator=(const ClientLogin &) = delete;

    LoginState state() const noexcept { return state_; }

    // For what comes; doesn't answer a server that waits (see answerUser). False, and nothing kept, if the user name
    // is none that the protocol can carry.
    bool setCredentials(Credentials credentials);

    // In state wanted, after setCredentials: sends the name. The password, and what the policy is asked for, comes when
    // a method wants it.
    void answerUser(ByteBuffer &out);

    // In state wanted: sends FAIL USER.
    void refuse(ByteBuffer &out, const std::string &reason);

    // Messages of the server. link: as it is now.
    void onUser(ByteBuffer &out);
    void onPassRequest(MessageView message, ByteBuffer &out, const LinkSecurity &link);
    void onWelcome(MessageView message);
    // A reply that waited for the login: the login is over.
    void onReply();

    // After a switch to an encrypting method: everything is forgotten (protocol.md §5) but the credentials and how
    // many PASS_REQ there were: their limit is one of the connection.
    void reset();

    // Why the login was refused; printable.
    const std::string &reason() const noexcept { return reason_; }

private:
    bool isUsable(const Method &method, const LinkSecurity &link) const;
    void startExchange(const Method &method, const LinkSecurity &link);
    void refuseMethod(ByteBuffer &out, std::uint32_t failed_id, const LinkSecurity &link);
    void sendAnswer(ByteBuffer &out, std::uint32_t method, std::vector<std::vector<std::byte>> &fields);
    bool answerPrompt(PromptStyle style, std::string_view text, std::span<char> answer);
    bool askPolicy(PromptStyle style, std::string_view text, std::span<char> answer);
    bool givePassword(std::span<char> answer);
    void showText(PromptStyle style, std::string_view text);
    std::string refusalText() const;
    void demandProof();

    const ClientPolicy &policy_;
    MethodSource &methods_;
    std::optional<Credentials> credentials_;
    std::optional<AuthExchange> exchange_;
    std::uint32_t exchange_method_ = 0;
    std::vector<std::uint32_t> failed_methods_;
    unsigned requests_ = 0;       // PASS_REQ seen on this connection
    bool password_given_ = false; // in this exchange
    bool proof_missing_ = false;  // the method proves the server to the client, and hasn't yet
    LoginState state_ = LoginState::none;
    std::string server_error_; // what a method of the server had to say last
    std::string reason_;
};

} // namespace netsane
