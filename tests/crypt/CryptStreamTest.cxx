#include "crypt/CryptStream.hxx"

#include "plugin/PluginHost.hxx"
#include "tests/plugin/ModuleFolder.hxx"
#include "tests/plugin/TestServices.hxx"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string_view>

namespace netsane {
namespace {

using testing::HasSubstr;
using Bytes = std::vector<std::byte>;

Bytes bytesOf(std::string_view text)
{
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

Bytes pull(CryptStream &stream, size_t at_once = 4096)
{
    Bytes all;
    Bytes space(at_once);
    while (const size_t count = stream.pullWire(space))
        all.insert(all.end(), space.begin(), space.begin() + static_cast<std::ptrdiff_t>(count));
    return all;
}

Bytes read(CryptStream &stream)
{
    Bytes all;
    Bytes space(4096);
    while (const size_t count = stream.readPlain(space))
        all.insert(all.end(), space.begin(), space.begin() + static_cast<std::ptrdiff_t>(count));
    return all;
}

/// What is pulled from one side is pushed into the other, piece by piece.
void carry(CryptStream &from, CryptStream &to, size_t at_once = 4096)
{
    const Bytes wire = pull(from, at_once);
    for (size_t done = 0; done < wire.size();) {
        const size_t count = to.pushWire(std::span(wire).subspan(done, std::min(at_once, wire.size() - done)));
        ASSERT_GT(count, 0U);
        done += count;
    }
}

class CryptStreamTest : public testing::Test {
protected:
    const Method &load(const std::string &name)
    {
        folder.add("crypt_" + name);
        return host.load(PluginKind::Crypt, name);
    }

    CryptStream faulty(const std::string &fault)
    {
        services.values["crypt.faulty.fault"] = fault;
        return CryptStream(load("faulty"), Role::Server);
    }

    ModuleFolder folder;
    TestServices services;
    PluginHost host{folder.path(), services};
};

void expectPassesBytes(CryptStream &stream)
{
    EXPECT_EQ(stream.state(), CryptState::Open);
    EXPECT_TRUE(stream.isPassthrough());
    EXPECT_EQ(stream.pushWire(bytesOf("from the peer")), 13U);
    EXPECT_EQ(stream.writePlain(bytesOf("to the peer")), 11U);
    EXPECT_EQ(stream.pendingPlain(), 13U);
    EXPECT_EQ(stream.pendingWire(), 11U);
    EXPECT_EQ(read(stream), bytesOf("from the peer"));
    EXPECT_EQ(pull(stream, 3), bytesOf("to the peer"));
    const Bytes large(100000, std::byte{7});
    EXPECT_EQ(stream.pushWire(large), 65536U);
    EXPECT_EQ(stream.pushWire(large), 0U);
    stream.shutdown();
    EXPECT_EQ(stream.writePlain(bytesOf("late")), 0U);
    stream.endWire();
    EXPECT_EQ(stream.state(), CryptState::Closed);
    EXPECT_EQ(stream.pushWire(large), 0U);
    EXPECT_EQ(read(stream).size(), 65536U);
    EXPECT_EQ(stream.error(), "");
    EXPECT_TRUE(stream.exportBinding().empty());
    EXPECT_EQ(stream.peerName(), "");
}

TEST(CryptStream, IsClearByDefault)
{
    CryptStream stream;
    expectPassesBytes(stream);
}

TEST_F(CryptStreamTest, PassesBytesThroughNone)
{
    CryptStream stream(load("none"), Role::Client);
    expectPassesBytes(stream);
}

TEST(CryptStream, IsInErrorWhenMovedFrom)
{
    CryptStream stream;
    CryptStream other(std::move(stream));
    EXPECT_EQ(other.state(), CryptState::Open);
    EXPECT_EQ(stream.state(), CryptState::Error); // NOLINT(bugprone-use-after-move)
    EXPECT_FALSE(stream.isPassthrough());
    EXPECT_EQ(stream.pushWire(bytesOf("x")), 0U);
    EXPECT_EQ(stream.error(), "no stream");
}

TEST_F(CryptStreamTest, ShakesHandsAndTransforms)
{
    const Method &method = load("xor");
    for (const size_t at_once : {1U, 3U, 4096U}) {
        CryptStream server(method, Role::Server);
        CryptStream client(method, Role::Client, {.peer = "192.0.2.1", .peer_name = "scanner"});
        EXPECT_EQ(server.state(), CryptState::Handshake);
        EXPECT_FALSE(server.isPassthrough());
        EXPECT_EQ(server.writePlain(bytesOf("early")), 0U);
        EXPECT_TRUE(server.exportBinding().empty());
        carry(server, client, at_once);
        EXPECT_EQ(client.state(), CryptState::Open);
        EXPECT_EQ(server.state(), CryptState::Handshake);
        carry(client, server, at_once);
        EXPECT_EQ(server.state(), CryptState::Open);
        EXPECT_EQ(server.exportBinding().size(), 2U);
        EXPECT_EQ(server.exportBinding(), client.exportBinding());
        EXPECT_EQ(client.peerName(), "scanner");
        EXPECT_THAT(client.peerFingerprint(), HasSubstr("XOR:"));
        EXPECT_EQ(client.unverifiedReason(), "") << "it is verified";
        EXPECT_THAT(server.unverifiedReason(), HasSubstr("first bytes"));

        Bytes text(1000);
        std::ranges::generate(text, [n = 0]() mutable { return static_cast<std::byte>(n++); });
        EXPECT_EQ(server.writePlain(text), text.size());
        EXPECT_EQ(client.writePlain(bytesOf("hello")), 5U);
        carry(client, server, at_once);
        carry(server, client, at_once);
        EXPECT_EQ(read(server), bytesOf("hello"));
        EXPECT_EQ(read(client), text);
    }
}

TEST_F(CryptStreamTest, TellsAGoodbyeFromATruncation)
{
    const Method &method = load("xor");
    for (const bool goodbye : {true, false}) {
        CryptStream server(method, Role::Server);
        CryptStream client(method, Role::Client);
        carry(server, client);
        carry(client, server);
        EXPECT_EQ(server.writePlain(bytesOf("the end")), 7U);
        if (goodbye)
            server.shutdown();
        EXPECT_EQ(server.writePlain(bytesOf("x")), goodbye ? 0U : 1U);
        carry(server, client);
        client.endWire();
        EXPECT_EQ(client.state(), goodbye ? CryptState::Closed : CryptState::Truncated);
        EXPECT_EQ(read(client), bytesOf(goodbye ? "the end" : "the endx"));
    }
}

TEST_F(CryptStreamTest, IsTruncatedByAnEndInTheHandshake)
{
    CryptStream stream(load("xor"), Role::Server);
    stream.pushWire(bytesOf("XO"));
    stream.endWire();
    EXPECT_EQ(stream.state(), CryptState::Truncated);
}

TEST_F(CryptStreamTest, RefusesAPeerThatSpeaksSomethingElse)
{
    CryptStream stream(load("xor"), Role::Server);
    EXPECT_EQ(stream.pushWire(bytesOf("XML?")), 2U);
    EXPECT_EQ(stream.state(), CryptState::Error);
    EXPECT_EQ(stream.error(), "crypt method xor: the peer's first bytes are not those of XOR");
    EXPECT_EQ(stream.pushWire(bytesOf("XOR1")), 0U);
    EXPECT_EQ(pull(stream).size(), 4U) << "the last word to the peer";
    EXPECT_EQ(read(stream).size(), 0U);
}

TEST_F(CryptStreamTest, HoldsBackWhatItHasNoRoomFor)
{
    const Method &method = load("xor");
    CryptStream server(method, Role::Server);
    CryptStream client(method, Role::Client);
    carry(server, client);
    carry(client, server);
    const Bytes large(100000, std::byte{7});
    const size_t taken = server.writePlain(large);
    EXPECT_GT(taken, 10000U);
    EXPECT_LT(taken, 20000U);
}

TEST_F(CryptStreamTest, IsInErrorWhenCreateFails)
{
    EXPECT_EQ(faulty("create").state(), CryptState::Error);
    EXPECT_EQ(faulty("create").error(), "crypt method faulty: create failed");
}

TEST_F(CryptStreamTest, IsInErrorWhenCreateThrows)
{
    services.values["crypt.faulty.fault"] = "create-throws";
    CryptStream stream(load("faulty"), Role::Server);
    EXPECT_EQ(stream.error(), "crypt method faulty: create threw an exception");
    EXPECT_EQ(stream.pushWire(bytesOf("x")), 0U);
}

TEST_F(CryptStreamTest, RefusesAnUnknownState)
{
    CryptStream stream = faulty("state");
    EXPECT_EQ(stream.state(), CryptState::Open);
    EXPECT_EQ(stream.pushWire(bytesOf("x")), 0U);
    EXPECT_EQ(stream.state(), CryptState::Error);
    EXPECT_EQ(stream.error(), "crypt method faulty: state 99 is unknown");
    EXPECT_EQ(stream.writePlain(bytesOf("x")), 0U);
}

TEST_F(CryptStreamTest, RefusesAHandshakeAfterTheHandshake)
{
    CryptStream stream = faulty("renegotiate");
    stream.pushWire(bytesOf("x"));
    EXPECT_EQ(stream.error(), "crypt method faulty: state 1 can't follow here");
}

TEST_F(CryptStreamTest, RefusesCountsBeyondTheBuffer)
{
    Bytes space(10);
    const auto error = [&](auto &&call) {
        CryptStream stream(host.load(PluginKind::Crypt, "faulty"), Role::Server);
        EXPECT_EQ(call(stream), 0U);
        EXPECT_EQ(stream.state(), CryptState::Error);
        EXPECT_EQ(stream.pullWire(space), 0U) << "the plugin is called no more";
        return stream.error();
    };
    faulty("count");
    EXPECT_THAT(error([&](CryptStream &s) { return s.pushWire(space); }), HasSubstr("push_wire returned 11 for 10"));
    EXPECT_THAT(error([&](CryptStream &s) { return s.pullWire(space); }), HasSubstr("pull_wire returned 11 for 10"));
    EXPECT_THAT(error([&](CryptStream &s) { return s.readPlain(space); }), HasSubstr("read_plain returned 11 for 10"));
    EXPECT_THAT(error([&](CryptStream &s) { return s.writePlain(space); }), HasSubstr("write_plain returned 11"));
    EXPECT_THAT(error([&](CryptStream &s) { return s.exportBinding().size(); }), HasSubstr("export_binding returned"));
}

TEST_F(CryptStreamTest, TurnsAnExceptionIntoAnError)
{
    CryptStream stream = faulty("throw");
    EXPECT_EQ(stream.pushWire(bytesOf("x")), 0U);
    EXPECT_EQ(stream.error(), "crypt method faulty: push_wire fell over");
    EXPECT_EQ(stream.state(), CryptState::Error);
}

TEST_F(CryptStreamTest, RefusesToGoOnAfterTheEndOfTheWire)
{
    CryptStream stream = faulty("end");
    stream.endWire();
    EXPECT_EQ(stream.error(), "crypt method faulty: the state is not final after the end of the connection");
}

TEST_F(CryptStreamTest, CleansErrorTexts)
{
    CryptStream stream = faulty("error");
    stream.pushWire(bytesOf("x"));
    EXPECT_EQ(stream.error(), "crypt method faulty: bad?[1m record");
}

TEST_F(CryptStreamTest, RefusesAnAuthMethod)
{
    folder.add("auth_fixed");
    CryptStream stream(host.load(PluginKind::Auth, "fixed"), Role::Server);
    EXPECT_EQ(stream.error(), "crypt method fixed: the method doesn't support this role");
}

} // namespace
} // namespace netsane
