// What is said in clear until a switch to another crypto method, as one side sees it (protocol.md §5.2).
//
// Part of a session's negotiation. The server repeats it under encryption, the client compares. Takes whole messages,
// and throws ProtocolError for one that is larger than the limits of protocol.md §4 and §5 allow.
#pragma once

#include "protocol/ConnectionMessages.hxx"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace netsane {

class CryptTranscript {
public:
    using Bytes = std::span<const std::byte>;

    // A HELO, with a revision where it is the server's, takes the place of an earlier one.
    void serverHello(Bytes message);
    void cryptRequest(Bytes message);
    void clientHello(Bytes message);
    void cryptReply(Bytes message);

    Transcript transcript() const;

    // Client: what was changed on the way, for people, where what the server says isn't the same; else nothing.
    std::optional<std::string> difference(const std::optional<Transcript> &told) const;

    void clear() noexcept { *this = {}; }

private:
    std::vector<std::byte> server_hello_;
    std::vector<std::byte> crypt_request_;
    std::vector<std::byte> client_hello_;
    std::vector<std::byte> crypt_reply_;
};

} // namespace netsane
