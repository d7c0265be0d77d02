// The client's side of a negotiation against a hostile server, and the transcript by itself.

#include "session/ClientCrypt.hxx"
#include "CryptPair.hxx"
#include "session/CryptTranscript.hxx"
#include "wire/FrameEncoder.hxx"

namespace netsane::test {
namespace {

using testing::HasSubstr;

ByteBuffer hello(const std::string &text)
{
    ByteBuffer out;
    encodeHello(out, {text, 1, {1, 2, 3}});
    return out;
}

ByteBuffer list(std::vector<std::uint32_t> methods)
{
    ByteBuffer out;
    encodeCryptRequest(out, methods);
    return out;
}

ByteBuffer choice(std::uint32_t method)
{
    ByteBuffer out;
    encodeCryptReply(out, method);
    return out;
}

// A transcript in which everything is as usual.
CryptTranscript usual()
{
    CryptTranscript transcript;
    transcript.serverHello(hello("netsaned").data());
    transcript.cryptRequest(list({1, 0}).data());
    transcript.clientHello(hello("scanimage").data());
    transcript.cryptReply(choice(1).data());
    return transcript;
}

TEST(CryptTranscript, IsTheSameOrSaysWhatIsNot)
{
    EXPECT_EQ(usual().difference(usual().transcript()), std::nullopt);
    EXPECT_THAT(*usual().difference(std::nullopt), HasSubstr("doesn't repeat what was said"));

    auto other = usual();
    other.cryptRequest(list({0x8001, 1, 0}).data());
    EXPECT_EQ(*usual().difference(other.transcript()),
              "the list of crypto methods was changed on the way: the server sent {32769, 1, 0}, {1, 0} arrived");
    other = usual();
    other.cryptReply(choice(0).data());
    EXPECT_EQ(*usual().difference(other.transcript()),
              "the choice of a crypto method was changed on the way: 1 was sent, 0 arrived at the server");
    other = usual();
    other.serverHello(hello("netsaneD").data());
    EXPECT_EQ(*usual().difference(other.transcript()), "the server's greeting was changed on the way");
    other = usual();
    other.clientHello({});
    EXPECT_EQ(*usual().difference(other.transcript()), "our greeting was changed on the way to the server");
}

TEST(CryptTranscript, AnyOtherByteIsADifference)
{
    const auto good = usual().transcript();
    for (auto side : {&Transcript::server_sent, &Transcript::server_read}) {
        for (std::size_t i = 0; i < (good.*side).size(); ++i) {
            auto changed = good;
            (changed.*side)[i] ^= std::byte{1};
            EXPECT_TRUE(usual().difference(changed)) << i;
            changed = good;
            (changed.*side).resize(i);
            EXPECT_TRUE(usual().difference(changed)) << i;
        }
        auto longer = good;
        (longer.*side).push_back(std::byte{0});
        EXPECT_TRUE(usual().difference(longer));
    }
}

TEST(CryptTranscript, ListsWithoutEndAreNotShownWhole)
{
    auto other = usual();
    other.cryptRequest(list(std::vector<std::uint32_t>(100, 4294967295U)).data());
    EXPECT_LT(usual().difference(other.transcript())->size(), 400U);
}

class ClientCryptTest : public testing::Test, public CryptPair {
protected:
    ClientCryptTest()
    {
        source.crypt = &flip;
        policy.check_peer = [](const PeerIdentity &) { return std::nullopt; };
        begin({});
        request(Command::init);
        offer.append(hello("fake").data());
        offer.append(list({1, 0}).data());
    }

    // Under the method.
    static Bytes flipped(Bytes bytes)
    {
        for (auto &byte : bytes)
            byte ^= std::byte{0x55};
        return bytes;
    }

    void say(const ByteBuffer &messages) { giveClient(flipped(bytesOf(messages))); }

    void say(const Hello &greeting)
    {
        ByteBuffer out;
        encodeHello(out, greeting);
        say(out);
    }

    // What the client has said under the method until now.
    std::vector<Command> saidBehindTheChoice() const
    {
        const auto clear = messagesOf({client->output().begin(), client->output().end()});
        std::vector<Command> commands;
        for (const auto &message : messagesOf(flipped(clear.back())))
            if (!message.empty())
                commands.push_back(commandOf(message));
        return commands;
    }

    void beginSpeakingFirst()
    {
        policy.may_speak_first = [] { return true; };
        begin({});
        client->login({"alice", Secret("secret")});
        request(Command::init);
        request(Command::get_devices);
        giveClient(offer.data());
    }

    static ByteBuffer initReply()
    {
        ByteBuffer out;
        FrameEncoder(out, static_cast<std::uint32_t>(Command::init)).integer(0U).integer(1U << 24).end();
        return out;
    }

    Transcript transcript() const
    {
        ByteBuffer read;
        encodeHello(read, {"test", 1, {1, 2}});
        encodeCryptReply(read, 1);
        return {bytesOf(offer), bytesOf(read)};
    }

    ByteBuffer offer;
    const TestMethod flip{cryptDescription(1)};
};

TEST_F(ClientCryptTest, AGreetingWithTheTranscriptOpensTheSession)
{
    giveClient(offer.data());
    say({"fake", 1, {1}, transcript()});
    EXPECT_EQ(failure(), "");
    EXPECT_TRUE(client->isOpen());
    say({"a note", {}, {}});
    EXPECT_EQ(failure(), "") << "only the first has one";
}

TEST_F(ClientCryptTest, AGreetingWithoutItDoesNot)
{
    giveClient(offer.data());
    const auto sent = client->output().size();
    say({"fake", 1, {1}});
    EXPECT_THAT(failure(), HasSubstr("doesn't repeat what was said"));
    EXPECT_EQ(client->output().size(), sent);
}

TEST_F(ClientCryptTest, ANoteIsNoGreetingUnderEncryption)
{
    giveClient(offer.data());
    say({"still working", {}, {}});
    EXPECT_THAT(failure(), HasSubstr("doesn't repeat what was said"));
}

TEST_F(ClientCryptTest, RequestsWaitForTheGreeting)
{
    giveClient(offer.data());
    EXPECT_THAT(saidBehindTheChoice(), testing::IsEmpty());
    say({"fake", 1, {1}, transcript()});
    EXPECT_THAT(saidBehindTheChoice(), testing::ElementsAre(Command::hello, Command::init));
}

TEST_F(ClientCryptTest, WhereItMaySpeakFirstTheyDoNotWait)
{
    beginSpeakingFirst();
    EXPECT_THAT(saidBehindTheChoice(), testing::ElementsAre(Command::hello, Command::init, Command::get_devices));
    EXPECT_FALSE(client->isOpen());
    request(Command::init);
    say({"fake", 1, {1}, transcript()});
    say(initReply());
    EXPECT_EQ(failure(), "");
    EXPECT_TRUE(client->isOpen());
    EXPECT_THAT(replies, testing::ElementsAre(Command::init));
    EXPECT_THAT(saidBehindTheChoice(),
                testing::ElementsAre(Command::hello, Command::init, Command::get_devices, Command::init));
}

TEST_F(ClientCryptTest, NothingIsTakenOfAServerWithAnotherTranscript)
{
    auto changed = transcript();
    changed.server_sent.back() ^= std::byte{1};
    for (const auto &told : {std::optional(changed), std::optional<Transcript>()}) {
        beginSpeakingFirst();
        ByteBuffer out;
        encodeHello(out, {"fake", 1, {1}, told});
        out.append(initReply().data());
        encodeUserRequest(out);
        const auto said = saidBehindTheChoice();
        say(out);
        EXPECT_NE(failure(), "");
        EXPECT_THAT(replies, testing::IsEmpty());
        EXPECT_EQ(saidBehindTheChoice(), said);
        EXPECT_EQ(client->loginState(), LoginState::none);
    }
}

TEST_F(ClientCryptTest, NothingIsTakenBeforeTheGreeting)
{
    beginSpeakingFirst();
    say(initReply());
    EXPECT_THAT(failure(), HasSubstr("reply 16 before the greeting"));
    EXPECT_THAT(replies, testing::IsEmpty());
    beginSpeakingFirst();
    const auto said = saidBehindTheChoice();
    ByteBuffer user;
    encodeUserRequest(user);
    say(user);
    EXPECT_THAT(failure(), HasSubstr("message 2 before the greeting"));
    EXPECT_EQ(saidBehindTheChoice(), said);
}

TEST_F(ClientCryptTest, InClearRequestsWait)
{
    policy.crypt = CryptPolicy::prefer;
    offer.clear();
    offer.append(hello("fake").data());
    offer.append(list({0}).data());
    beginSpeakingFirst();
    const auto all = messagesOf({client->output().begin(), client->output().end()});
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(commandOf(all[1]), Command::crypt_reply);
    EXPECT_THAT(all[2], testing::IsEmpty());
}

TEST_F(ClientCryptTest, OnlyTheLastGreetingWithARevisionIsCompared)
{
    ByteBuffer note;
    encodeHello(note, {std::string(2000, 'x'), {}, {}});
    policy.crypt = CryptPolicy::prefer;
    begin({});
    giveClient(note.data());
    giveClient(offer.data());
    say({"fake", 1, {1}, transcript()});
    EXPECT_EQ(failure(), "");
}

TEST_F(ClientCryptTest, WhatIsTooLongForTheTranscriptIsRefused)
{
    giveClient(hello(std::string(1000, 'x')).data());
    EXPECT_THAT(failure(), HasSubstr("HELO of 1041 bytes in clear, at most 1024 are allowed"));
    begin({});
    giveClient(hello("fake").data());
    ByteBuffer request;
    FrameEncoder(request, 6U).list(std::vector<std::uint32_t>{1, 0}).string(std::string(600, 'x')).end();
    giveClient(request.data());
    EXPECT_THAT(failure(), HasSubstr("CRPT_REQ of "));
}

TEST_F(ClientCryptTest, OurOwnGreetingIsCutToFit)
{
    policy.program.assign(5000, 'x');
    begin({});
    giveClient(offer.data());
    EXPECT_EQ(failure(), "");
    const auto messages = messagesOf({client->output().begin(), client->output().end()});
    EXPECT_LE(messages.front().size(), max_clear_hello_bytes);
    EXPECT_EQ(commandOf(messages.front()), Command::hello);
}

TEST_F(ClientCryptTest, ALoginInClearIsForgotten)
{
    policy.crypt = CryptPolicy::prefer;
    begin({});
    client->login({"alice", Secret("secret")});
    ByteBuffer clear;
    encodeHello(clear, {"fake", 1, {1, 2}});
    encodeUserRequest(clear);
    encodeWelcome(clear, "alice");
    giveClient(clear.data());
    EXPECT_EQ(client->loginState(), LoginState::succeeded);
    giveClient(list({1}).data());
    EXPECT_EQ(client->loginState(), LoginState::none);
    EXPECT_FALSE(client->announces(extension_descriptors));
    EXPECT_FALSE(client->isOpen());
}

TEST_F(ClientCryptTest, AFailedSessionSaysNothingMoreUnderEncryption)
{
    giveClient(offer.data());
    say({"fake", 1, {1}, transcript()});
    client->consumeOutput(client->output().size());
    request(Command::get_devices);
    client->fail("enough");
    EXPECT_TRUE(client->output().empty());
}

} // namespace
} // namespace netsane::test
