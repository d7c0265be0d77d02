// What a peer can do that has shaken hands properly and knows the keys.

#include "tests/plugins/PlainTlsPeer.hxx"
#include "tests/plugins/RecordForger.hxx"
#include "tests/plugins/TlsTest.hxx"

namespace netsane {
namespace {

using testing::HasSubstr;

class CryptTlsForged : public TlsTest {
protected:
    /// A stream of the method, open, and records of its peer.
    struct Forgery {
        CryptStream stream;
        std::unique_ptr<PlainTlsPeer> peer;
        RecordForger forger;

        void push(const Bytes &bytes) { EXPECT_EQ(stream.pushWire(bytes), bytes.size()); }

        /// Pushes what `make` gives until the stream breaks, and expects that to be soon.
        template<class Make>
        void pushForEver(Make make)
        {
            size_t sent = 0;
            while (stream.state() == CryptState::Open && sent < 1000000) {
                const Bytes bytes = make();
                sent += bytes.size();
                stream.pushWire(bytes);
                ASSERT_LE(stream.pendingWire(), 131072U);
            }
            EXPECT_EQ(stream.state(), CryptState::Error);
            EXPECT_LE(sent, 131072U + 20000U);
            EXPECT_TRUE(read(stream).empty());
        }
    };

    Forgery forgedClient()
    {
        CryptStream stream = server();
        auto peer = std::make_unique<PlainTlsPeer>(Role::Client);
        peer->talkTo(stream);
        EXPECT_EQ(stream.state(), CryptState::Open) << stream.error();
        RecordForger forger(peer->secret);
        return {std::move(stream), std::move(peer), std::move(forger)};
    }
    Forgery forgedServer()
    {
        CryptStream stream = client();
        auto peer = std::make_unique<PlainTlsPeer>(Role::Server, &server_identity);
        peer->selectAlpn("netsane/1");
        SSL_CTX_set_num_tickets(peer->context(), 0);
        peer->talkTo(stream);
        EXPECT_EQ(stream.state(), CryptState::Open) << stream.error();
        RecordForger forger(peer->secret);
        return {std::move(stream), std::move(peer), std::move(forger)};
    }

    /// A NewSessionTicket message (RFC 8446 §4.6.1).
    static std::string ticketMessage(size_t ticket_bytes)
    {
        const std::string body = std::string("\0\0\x1c\x20\0\0\0\x01\x01n", 10) +
                                 static_cast<char>(ticket_bytes >> 8U) + static_cast<char>(ticket_bytes) +
                                 std::string(ticket_bytes, 't') + std::string(2, '\0');
        return std::string("\x04\0", 2) + static_cast<char>(body.size() >> 8U) + static_cast<char>(body.size()) + body;
    }
};

TEST_F(CryptTlsForged, DataArrives)
{
    Forgery client = forgedClient();
    client.push(client.forger.record(RecordForger::application_data, "one"));
    client.push(client.forger.record(RecordForger::application_data, "two", 16000));
    EXPECT_EQ(textOf(read(client.stream)), "onetwo");
    Forgery server = forgedServer();
    server.push(server.forger.record(RecordForger::application_data, "three"));
    EXPECT_EQ(textOf(read(server.stream)), "three");
}

TEST_F(CryptTlsForged, RecordsWithoutDataEndIt)
{
    for (const size_t padding : {size_t{0}, size_t{16000}}) {
        Forgery client = forgedClient();
        client.pushForEver([&] { return client.forger.record(RecordForger::application_data, "", padding); });
    }
}

TEST_F(CryptTlsForged, KeyUpdatesWithoutDataEndIt)
{
    for (const bool requested : {false, true}) {
        Forgery client = forgedClient();
        client.pushForEver([&] { return client.forger.keyUpdate(requested); });
        EXPECT_THAT(client.stream.error(), HasSubstr("the peer sends much without any data in it"));
    }
}

TEST_F(CryptTlsForged, KeyUpdatesWhoseAnswersAreNotTakenEndIt)
{
    Forgery client = forgedClient();
    size_t most_wire = 0;
    for (int turns = 0; client.stream.state() == CryptState::Open && turns < 100000; ++turns) {
        client.stream.pushWire(client.forger.keyUpdate(true));
        client.stream.pushWire(client.forger.record(RecordForger::application_data, "x"));
        read(client.stream);
        most_wire = std::max(most_wire, client.stream.pendingWire());
    }
    EXPECT_THAT(client.stream.error(), HasSubstr("takes none of them"));
    EXPECT_LE(most_wire, 131072U);
}

TEST_F(CryptTlsForged, TicketsWithoutDataEndIt)
{
    for (const size_t ticket_bytes : {size_t{1}, size_t{16000}}) {
        Forgery server = forgedServer();
        server.pushForEver(
            [&] { return server.forger.record(RecordForger::handshake, ticketMessage(ticket_bytes)); });
    }
}

TEST_F(CryptTlsForged, MessageOfTlsWithoutEndEndsIt)
{
    for (const bool to_client : {false, true}) {
        Forgery other = to_client ? forgedServer() : forgedClient();
        other.push(other.forger.record(RecordForger::handshake, std::string("\x04\xff\xff\xff", 4)));
        other.pushForEver([&] { return other.forger.record(RecordForger::handshake, std::string(16000, 'x')); });
    }
}

TEST_F(CryptTlsForged, WarningsWithoutEndEndIt)
{
    Forgery client = forgedClient();
    client.pushForEver([&] { return client.forger.record(RecordForger::alert, std::string("\x01\x5a", 2)); });
}

TEST_F(CryptTlsForged, SeveralMessagesInOneRecordHoldNothingUp)
{
    Forgery server = forgedServer();
    std::string tickets;
    for (int i = 0; i < 5; ++i)
        tickets += ticketMessage(20);
    Bytes wire = server.forger.record(RecordForger::handshake, tickets);
    const Bytes data = server.forger.record(RecordForger::application_data, "and data");
    wire.insert(wire.end(), data.begin(), data.end());
    server.push(wire);
    EXPECT_EQ(textOf(read(server.stream)), "and data");
}

TEST_F(CryptTlsForged, MessageInPiecesHoldsWritingUpUntilItIsThere)
{
    Forgery server = forgedServer();
    const std::string ticket = ticketMessage(200);
    server.push(server.forger.record(RecordForger::handshake, ticket.substr(0, 100)));
    EXPECT_EQ(server.stream.writePlain(bytesOf("question")), 0U);
    EXPECT_EQ(server.stream.state(), CryptState::Open) << server.stream.error();
    server.push(server.forger.record(RecordForger::handshake, ticket.substr(100)));
    EXPECT_EQ(server.stream.writePlain(bytesOf("question")), 8U);
    server.peer->talkTo(server.stream);
    EXPECT_EQ(server.peer->text, "question");
}

TEST_F(CryptTlsForged, MessageInPiecesHoldsTheGoodbyeUpUntilItIsThere)
{
    Forgery client = forgedClient();
    const std::string message = RecordForger::keyUpdateMessage(true);
    // the first four bytes say what it is
    client.push(client.forger.record(RecordForger::handshake, message.substr(0, 4)));
    client.stream.shutdown();
    client.push(client.forger.record(RecordForger::handshake, message.substr(4)));
    client.forger.updateKeys();
    client.push(client.forger.record(RecordForger::application_data, "still here"));
    EXPECT_EQ(textOf(read(client.stream)), "still here");
    client.peer->talkTo(client.stream);
    EXPECT_TRUE(client.peer->saw_goodbye);
}

TEST_F(CryptTlsForged, KeyUpdateAfterTheOwnGoodbyeIsNoError)
{
    for (const bool requested : {false, true}) {
        Forgery client = forgedClient();
        client.stream.shutdown();
        client.push(client.forger.keyUpdate(requested));
        client.push(client.forger.record(RecordForger::application_data, "still here"));
        EXPECT_EQ(textOf(read(client.stream)), "still here") << client.stream.error();
        client.push(client.forger.record(RecordForger::alert, std::string("\x01\0", 2)));
        EXPECT_EQ(client.stream.state(), CryptState::Closed);
    }
}

TEST_F(CryptTlsForged, SecondHandshakeEndsIt)
{
    Forgery client = forgedClient();
    client.push(client.forger.record(RecordForger::handshake, std::string("\x01\0\0\x04\3\3\0\0", 8)));
    EXPECT_EQ(client.stream.state(), CryptState::Error);
    Forgery server = forgedServer();
    // a CertificateRequest behind the handshake, which the client hasn't allowed
    server.push(server.forger.record(RecordForger::handshake, std::string("\x0d\0\0\x03\0\0\0", 7)));
    EXPECT_EQ(server.stream.state(), CryptState::Error);
}

TEST_F(CryptTlsForged, RecordsThatCannotBeEndIt)
{
    const auto error_after = [this](auto make) {
        Forgery client = forgedClient();
        client.stream.pushWire(make(client.forger));
        EXPECT_EQ(client.stream.state(), CryptState::Error);
        EXPECT_TRUE(read(client.stream).empty());
        return client.stream.error();
    };
    const auto typed = [](int type) {
        return [type](RecordForger &forger) { return forger.record(static_cast<RecordForger::Type>(type), "x"); };
    };
    EXPECT_NE(error_after(typed(0)), "");
    EXPECT_NE(error_after(typed(RecordForger::change_cipher_spec)), "");
    EXPECT_NE(error_after(typed(24)), "");
    EXPECT_NE(error_after(typed(255)), "");
    // a record longer than records may be is refused by its header
    EXPECT_THAT(error_after([](RecordForger &) { return bytesOf("\x17\x03\x03\xff\xff"); }), HasSubstr("length too long"));
    EXPECT_NE(error_after([](RecordForger &forger) {
                  return forger.record(RecordForger::application_data, std::string(16385, 'x'));
              }),
              "");
    EXPECT_NE(error_after([](RecordForger &forger) {
                  // neither "requested" nor "not requested"
                  return forger.record(RecordForger::handshake, std::string("\x18\0\0\1\2", 5));
              }),
              "");
}

TEST_F(CryptTlsForged, RecordTwiceEndsIt)
{
    Forgery client = forgedClient();
    const Bytes record = client.forger.record(RecordForger::application_data, "again");
    client.push(record);
    client.stream.pushWire(record);
    EXPECT_EQ(client.stream.state(), CryptState::Error);
    EXPECT_TRUE(read(client.stream).empty());
}

} // namespace
} // namespace netsane
