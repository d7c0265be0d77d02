// The client's engine driven from byte arrays, and the messages that a server would send it.
#pragma once

#include "TestMethods.hxx"

#include "protocol/ConnectionMessages.hxx"
#include "protocol/DeviceMessages.hxx"
#include "session/ClientSession.hxx"
#include "wire/FrameDecoder.hxx"

#include <algorithm>
#include <array>
#include <cstdint>
#include <gtest/gtest.h>
#include <span>
#include <utility>
#include <vector>

namespace netsane::test {

inline std::vector<std::byte> bytesOf(const ByteBuffer &buffer)
{
    return {buffer.data().begin(), buffer.data().end()};
}

// A server's messages, one after the other.
class Server {
public:
    Server &hello(std::vector<std::uint32_t> extensions = {1, 2})
    {
        encodeHello(out, {"fake", 1, std::move(extensions)});
        return *this;
    }
    Server &note()
    {
        encodeHello(out, {"warming up", {}, {}});
        return *this;
    }
    Server &crypt(std::vector<std::uint32_t> methods)
    {
        encodeCryptRequest(out, methods);
        return *this;
    }
    Server &user()
    {
        encodeUserRequest(out);
        return *this;
    }
    Server &pass(std::uint32_t method)
    {
        encodePass(out, Command::pass_request, {method, {}});
        return *this;
    }
    Server &welcome()
    {
        encodeWelcome(out, "alice");
        return *this;
    }
    Server &init()
    {
        encodeInitReply(out, {{}, 1});
        return *this;
    }
    Server &fail()
    {
        encodeServerFail(out, {0, "too many\x1b[31m"});
        return *this;
    }
    // The greeting after a switch, behind what this server had said in clear.
    Server &repeats(const Server &clear, std::uint32_t choice)
    {
        ByteBuffer read;
        encodeHello(read, {"test", 1, {1, 2}});
        encodeCryptReply(read, choice);
        encodeHello(out, {"fake", 1, {1, 2}, Transcript{bytesOf(clear.out), bytesOf(read)}});
        return *this;
    }
    std::vector<std::byte> flipped() const
    {
        auto bytes = bytesOf(out);
        for (auto &byte : bytes)
            byte ^= std::byte{0x55};
        return bytes;
    }

    ByteBuffer out;
};

class Client {
public:
    explicit Client(ClientPolicy policy = localPolicy()) : session(std::move(policy), source) {}

    static ClientPolicy localPolicy()
    {
        ClientPolicy policy;
        policy.program = "test";
        policy.local = true;
        policy.crypt = CryptPolicy::prefer;
        policy.check_peer = [](const PeerIdentity &) { return std::nullopt; };
        return policy;
    }

    void receive(std::span<const std::byte> bytes)
    {
        while (!bytes.empty()) {
            const auto space = session.prepareInput();
            const auto count = std::min(space.size(), bytes.size());
            std::copy_n(bytes.begin(), count, space.begin());
            session.commitInput(count);
            bytes = bytes.subspan(count);
            drain();
        }
    }
    void receive(const Server &server) { receive(server.out.data()); }

    // Replies are noted by their command.
    void drain()
    {
        while (const auto reply = session.nextReply())
            replies.push_back(reply->command);
    }

    void requestInit() { encodeBare(session.request(Command::init), Command::init); }

    // What was sent since the last call, as commands.
    std::vector<std::uint32_t> sent()
    {
        FrameDecoder decoder(limits_after_login);
        const auto bytes = session.output();
        decoder.push(bytes);
        session.consumeOutput(bytes.size());
        std::vector<std::uint32_t> commands;
        while (const auto message = decoder.next())
            commands.push_back(message->command);
        EXPECT_TRUE(decoder.pending().empty());
        return commands;
    }

    TestSource source;
    ClientSession session;
    std::vector<std::uint32_t> replies;
};

using Commands = std::vector<std::uint32_t>;

inline const TestMethod clear_method(authDescription(1, NETSANE_FLAG_NEEDS_CONFIDENTIALITY));
inline const TestMethod crypt_method(authDescription(2, 0));

// Answers each PASS_REQ with 4000 bytes, and goes on.
inline uint32_t stepLong(void *exchange, netsane_auth_step_v1 *step)
{
    static const std::array<char, 4000> answer{};
    auto *const self = static_cast<TestExchange *>(exchange);
    self->field = {answer.data(), answer.size()};
    step->out = &self->field;
    step->out_count = 1;
    return NETSANE_VERDICT_CONTINUE;
}

inline MethodDescription longDescription()
{
    auto description = authDescription(3, 0);
    description.auth_client.step = stepLong;
    return description;
}

inline const TestMethod long_method(longDescription());
inline const TestMethod flip_method(cryptDescription(1));

} // namespace netsane::test
