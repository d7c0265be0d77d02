// What a ClientSession bounds: sizes, counts and time.
#include "ClientPeers.hxx"

namespace netsane::test {

using namespace std::chrono_literals;

TEST(ClientSession, MessagesAreSmallBeforeADeviceIsAskedFor)
{
    for (const bool opening : {false, true}) {
        Client client;
        client.receive(Server().hello());
        if (opening)
            encodeOpenRequest(client.session.request(Command::open), {""});
        else
            client.requestInit();
        Server server;
        encodeHello(server.out, {std::string(10000, 'x'), {}, {}});
        client.receive(server);
        EXPECT_EQ(opening, !client.session.failure());
    }
}

TEST(ClientSession, SilenceWithARequestOutstandingIsTheEnd)
{
    const ClientSession::TimePoint begin{};
    Client client;
    client.receive(Server().hello());
    client.session.keepTime(begin);
    EXPECT_FALSE(client.session.deadline()); // nothing is awaited
    client.requestInit();
    client.session.keepTime(begin);
    EXPECT_EQ(begin + 30s, client.session.deadline());
    client.session.keepTime(begin + 29s);
    client.receive(Server().note());
    client.session.keepTime(begin + 31s);
    client.session.keepTime(begin + 60s);
    EXPECT_FALSE(client.session.failure());
    client.session.keepTime(begin + 61s);
    EXPECT_TRUE(client.session.failure());
}

TEST(ClientSession, SingleBytesAreNoNewsButALargeReplyIs)
{
    for (const std::size_t bytes_per_second : {std::size_t{1}, std::size_t{2048}}) {
        const auto begin = ClientSession::TimePoint{};
        Client client;
        client.receive(Server().hello());
        encodeOpenRequest(client.session.request(Command::open), {""});
        std::vector<std::byte> reply;
        for (const unsigned char byte : {0, 0, 0, 4, 0, 0, 0, 20, 0, 0x0f, 0, 0})
            reply.push_back(std::byte{byte});
        reply.resize(512 * 1024, std::byte{1});
        std::size_t sent = 0;
        for (int second = 0; second < 200 && !client.session.failure(); ++second, sent += bytes_per_second) {
            client.receive(std::span(reply).subspan(sent, bytes_per_second));
            client.session.keepTime(begin + second * 1s);
        }
        EXPECT_EQ(bytes_per_second == 1, client.session.failure().has_value());
        if (bytes_per_second == 1) {
            EXPECT_EQ(31U, sent);
        }
    }
}

TEST(ClientSession, TheGreetingHasAnAbsoluteDeadline)
{
    const ClientSession::TimePoint begin{};
    const auto greeting = bytesOf(Server().hello().out);
    for (const bool given : {false, true}) {
        auto policy = Client::localPolicy();
        if (given)
            policy.open_deadline = begin + 20s;
        Client client(policy);
        std::size_t second = 0;
        for (; second < greeting.size() - 1 && !client.session.failure(); ++second) {
            client.receive(std::span(greeting).subspan(second, 1));
            client.session.keepTime(begin + second * 1s);
        }
        EXPECT_EQ(given ? 21U : 11U, second);
    }
    Client good;
    good.session.keepTime(begin);
    EXPECT_EQ(begin + 10s, good.session.deadline());
    good.receive(greeting);
    good.session.keepTime(begin + 11s);
    EXPECT_FALSE(good.session.failure());
    EXPECT_FALSE(good.session.deadline());
}

TEST(ClientSession, ALoginHasADeadlineThatNotesDontMove)
{
    const ClientSession::TimePoint begin{};
    Client client;
    client.source.auth = {&clear_method};
    client.receive(Server().hello());
    client.requestInit();
    client.receive(Server().user());
    client.session.keepTime(begin);
    client.session.keepTime(begin + 500s); // the person may think
    EXPECT_FALSE(client.session.failure());
    client.session.login({"alice", Secret("secret")});
    for (int second = 500; second < 560; second += 10) {
        client.session.keepTime(begin + second * 1s);
        client.receive(Server().note());
    }
    EXPECT_EQ(begin + 560s, client.session.deadline());
    EXPECT_FALSE(client.session.failure());
    client.session.keepTime(begin + 560s);
    EXPECT_TRUE(client.session.failure());
}

TEST(ClientSession, OneNegotiationBeforeTheSessionOpensAndAFewLater)
{
    Client before;
    before.receive(Server().hello({3}).crypt({0}).hello({3}).crypt({0}));
    EXPECT_TRUE(before.session.failure());
    Client later;
    later.receive(Server().hello({3}).crypt({0}).hello());
    for (int i = 0; i < 4; ++i)
        later.receive(Server().crypt({0}).hello());
    EXPECT_FALSE(later.session.failure());
    later.receive(Server().crypt({0}));
    EXPECT_TRUE(later.session.failure());
}

TEST(ClientSession, PassRequestsAreCountedAcrossNegotiations)
{
    Client client;
    client.source.auth = {&crypt_method};
    client.session.login({"alice", Secret("secret")});
    client.receive(Server().hello());
    for (int round = 0; round < 2; ++round) {
        Server server;
        server.user();
        for (int i = 0; i < 20; ++i)
            server.pass(77);
        client.receive(server.crypt({0}).hello());
        EXPECT_EQ(round == 1, client.session.failure().has_value()) << round;
    }
}

TEST(ClientSession, AnswersThatNobodyTakesAreBounded)
{
    for (const bool taken : {true, false}) {
        Client client;
        client.source.auth = {&long_method};
        client.session.login({"alice", Secret("secret")});
        client.receive(Server().hello().user());
        for (int i = 0; i < 30; ++i) {
            client.receive(Server().pass(3));
            if (taken)
                client.session.consumeOutput(client.session.output().size());
        }
        EXPECT_EQ(!taken, client.session.failure().has_value());
        EXPECT_GE(ClientSession::max_event_output_bytes + 8192, client.session.output().size());
    }
}

TEST(ClientSession, NoMoreThan64RequestsAreOutstanding)
{
    Client client;
    client.receive(Server().hello());
    Server server;
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 64; ++i) {
            ASSERT_TRUE(client.session.canRequest());
            client.requestInit();
        }
        EXPECT_FALSE(client.session.canRequest());
        Server replies;
        for (int i = 0; i < 64; ++i)
            replies.init();
        client.receive(replies);
    }
    EXPECT_EQ(192U, client.replies.size());
}

TEST(ClientSession, ManyReadsAreOutstandingAfterAnOpenThatWasGood)
{
    const auto opened = [](Status status) {
        Server server;
        encodeOpenReply(server.out, {{status, ""}, {std::byte{1}}, {}});
        return server;
    };
    struct Case {
        std::vector<std::uint32_t> extensions;
        Status status;
        std::size_t reads;
    };
    for (const auto &c :
         {Case{{1, 2, 5}, Status::good, 1023}, Case{{1, 2, 5}, Status::invalid, 63}, Case{{1, 2}, Status::good, 63}}) {
        Client client;
        client.receive(Server().hello(c.extensions));
        encodeOpenRequest(client.session.request(Command::open), {"test:0"});
        EXPECT_EQ(62U, client.session.readsAllowed());
        client.receive(opened(c.status));
        ASSERT_EQ(c.reads, client.session.readsAllowed());
        for (std::size_t i = 0; i < c.reads; ++i)
            encodeReadRequest(client.session.request(Command::read), channel_handle, {1});
        EXPECT_EQ(0U, client.session.readsAllowed());
        ASSERT_TRUE(client.session.canRequest());
        encodeHandleRequest(client.session.request(Command::abort), Command::abort, channel_handle);
        EXPECT_FALSE(client.session.canRequest());
        Server replies;
        for (std::size_t i = 0; i < c.reads; ++i)
            encodeReadReply(replies.out, {{Status::cancelled, ""}, {}});
        encodeBare(replies.out, Command::abort);
        client.receive(replies);
        EXPECT_FALSE(client.session.failure());
        EXPECT_EQ(c.reads + 2, client.replies.size());
    }
}

TEST(ClientSession, TheNextGreetingSaysAnewHowManyReadsThereMayBe)
{
    Client client;
    client.receive(Server().hello({1, 2, 5}));
    encodeOpenRequest(client.session.request(Command::open), {"test:0"});
    Server opened;
    encodeOpenReply(opened.out, {{}, {std::byte{1}}, {}});
    client.receive(opened);
    EXPECT_EQ(1023U, client.session.readsAllowed());
    client.receive(Server().hello({1, 2}));
    EXPECT_EQ(63U, client.session.readsAllowed());
    client.receive(Server().note());
    EXPECT_EQ(63U, client.session.readsAllowed());
    client.receive(Server().hello({1, 2, 5}));
    EXPECT_EQ(1023U, client.session.readsAllowed());
}

} // namespace netsane::test
