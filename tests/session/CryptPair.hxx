// Both engines with a wire between them: bytes move only when a test says so, and may be changed, cut or kept on the
// way.
#pragma once

#include "FakeServerHost.hxx"
#include "TestMethods.hxx"
#include "protocol/ConnectionMessages.hxx"
#include "session/ClientSession.hxx"
#include "session/ServerSession.hxx"
#include "wire/ProtocolError.hxx"

#include <algorithm>
#include <cstring>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

namespace netsane::test {

using Bytes = std::vector<std::byte>;

inline Bytes bytesOf(const ByteBuffer &buffer)
{
    return {buffer.data().begin(), buffer.data().end()};
}

inline ByteBuffer bareMessage(Command command)
{
    ByteBuffer out;
    encodeBare(out, command);
    return out;
}

class CryptPair {
public:
    using Edit = std::function<void(Bytes &)>;

    CryptPair()
    {
        policy.program = "test";
        policy.crypt = CryptPolicy::require;
        policy.peer = "192.0.2.1";
        policy.peer_name = "scanner.example";
    }

    void begin(std::vector<const Method *> offered)
    {
        server = std::make_unique<ServerSession>(settings, std::move(offered), PeerInfo{"192.0.2.9", false}, host, now);
        client = std::make_unique<ClientSession>(policy, source);
        client->keepTime(now);
        to_server.clear();
        to_client.clear();
        replies.clear();
    }

    // What the sides have to say goes on its way, through the edits.
    void collect()
    {
        collect(server->output(), to_client, edit_to_client);
        const auto bytes = client->output();
        ByteBuffer said;
        said.append(bytes);
        client->consumeOutput(bytes.size());
        collect(said, to_server, edit_to_server);
    }

    // Up to `at_once` bytes arrive on each side. True if there were any.
    bool deliver(std::size_t at_once)
    {
        const Bytes for_server = take(to_server, at_once);
        const Bytes for_client = take(to_client, at_once);
        giveServer(for_server);
        giveClient(for_client);
        return !for_server.empty() || !for_client.empty();
    }

    // Until nothing moves any more.
    void settle(std::size_t at_once = 65536)
    {
        drain();
        do
            collect();
        while (deliver(at_once));
    }

    void giveServer(std::span<const std::byte> bytes)
    {
        if (bytes.empty() || server->isFinished())
            return;
        const auto room = server->receiveBuffer(bytes.size());
        std::memcpy(room.data(), bytes.data(), bytes.size());
        try {
            server->received(bytes.size(), now);
        } catch (const ProtocolError &error) { // as the daemon does
            server_error = error.what();
            server->fail("protocol error");
        }
    }

    void giveClient(std::span<const std::byte> bytes)
    {
        while (!bytes.empty()) {
            const auto room = client->prepareInput();
            const auto count = std::min(room.size(), bytes.size());
            std::copy_n(bytes.begin(), count, room.begin());
            client->commitInput(count);
            bytes = bytes.subspan(count);
            drain();
        }
    }

    void drain()
    {
        while (const auto reply = client->nextReply())
            replies.push_back(static_cast<Command>(reply->command));
    }

    void request(Command command) { encodeBare(client->request(command), command); }

    std::string failure() const { return client->failure() ? client->failure()->reason : ""; }

    SessionSettings settings;
    FakeServerHost host;
    ClientPolicy policy;
    TestSource source;
    SessionTime now = SessionTime() + std::chrono::hours(1);
    std::unique_ptr<ServerSession> server;
    std::unique_ptr<ClientSession> client;
    Bytes to_server;
    Bytes to_client;
    Edit edit_to_server; // of what one collect() finds
    Edit edit_to_client;
    std::string server_error;
    std::vector<Command> replies;

private:
    static void collect(ByteBuffer &said, Bytes &way, const Edit &edit)
    {
        Bytes bytes = bytesOf(said);
        said.clear();
        if (edit && !bytes.empty())
            edit(bytes);
        way.insert(way.end(), bytes.begin(), bytes.end());
    }

    static Bytes take(Bytes &way, std::size_t at_once)
    {
        const auto end = way.begin() + static_cast<std::ptrdiff_t>(std::min(at_once, way.size()));
        Bytes taken(way.begin(), end);
        way.erase(way.begin(), end);
        return taken;
    }
};

// The messages at the beginning of a chunk, until CRPT_RPLY; what stands behind them is the last element.
inline std::vector<Bytes> messagesOf(const Bytes &chunk)
{
    std::vector<Bytes> list;
    FrameDecoder decoder(limits_after_login);
    decoder.push(chunk);
    const auto isLast = [&] {
        return !list.empty() && list.back().size() > 7 &&
               list.back()[7] == static_cast<std::byte>(Command::crypt_reply);
    };
    for (auto message = decoder.next(); message; message = isLast() ? std::nullopt : decoder.next())
        list.emplace_back(message->bytes.begin(), message->bytes.end());
    list.emplace_back(decoder.pending().begin(), decoder.pending().end());
    return list;
}

inline Command commandOf(const Bytes &message)
{
    return static_cast<Command>(viewMessage(message, limits_after_login).command);
}

// Puts `other` in the place of the first message with its command that passes.
inline CryptPair::Edit replaceOnce(const ByteBuffer &other)
{
    return [done = false, other = bytesOf(other)](Bytes &chunk) mutable {
        if (done)
            return;
        auto list = messagesOf(chunk);
        chunk.clear();
        for (auto &message : list) {
            if (&message != &list.back() && !done && commandOf(message) == commandOf(other)) {
                message = other;
                done = true;
            }
            chunk.insert(chunk.end(), message.begin(), message.end());
        }
    };
}

} // namespace netsane::test
