#include "ClientPeers.hxx"

#include "session/ClientText.hxx"

namespace netsane::test {

TEST(ClientSession, HoldsRequestsUntilTheGreeting)
{
    Client client;
    client.requestInit();
    EXPECT_EQ(Commands{}, client.sent());
    client.receive(Server().hello());
    EXPECT_EQ((Commands{1, 16}), client.sent());
    EXPECT_TRUE(client.session.announces(extension_descriptors));
    client.requestInit();
    EXPECT_EQ(Commands{16}, client.sent());
    client.receive(Server().note().init().init());
    EXPECT_EQ((Commands{16, 16}), client.replies);
    EXPECT_TRUE(client.session.announces(extension_descriptors)); // a note takes nothing back
}

TEST(ClientSession, AGreetingWithoutRevisionIsA1997Server)
{
    Client client;
    client.requestInit();
    client.receive(Server().note());
    EXPECT_EQ((Commands{1, 16}), client.sent());
    EXPECT_FALSE(client.session.announces(extension_descriptors));
}

TEST(ClientSession, ChoosesNoneOnlyWhereThePolicyAllows)
{
    struct Case {
        CryptPolicy policy;
        std::vector<std::uint32_t> offered;
        bool good;
    };
    for (const auto &c : {Case{CryptPolicy::prefer, {1, 0}, true}, Case{CryptPolicy::off, {1, 0}, true},
                          Case{CryptPolicy::off, {1}, false}, Case{CryptPolicy::prefer, {1}, false},
                          Case{CryptPolicy::require, {1, 0}, false}, Case{CryptPolicy::require, {0}, false}}) {
        auto policy = Client::localPolicy();
        policy.crypt = c.policy;
        Client client(policy);
        client.requestInit();
        client.receive(Server().hello({1, 2, 3}));
        EXPECT_EQ(Commands{}, client.sent());
        client.receive(Server().crypt(c.offered));
        EXPECT_EQ(c.good ? (Commands{1, 7}) : Commands{}, client.sent());
        EXPECT_EQ(c.good, !client.session.failure());
        if (!c.good)
            continue;
        EXPECT_FALSE(client.session.announces(extension_descriptors)) << "forgotten until it greets again";
        client.receive(Server().hello());
        EXPECT_EQ((Commands{1, 16}), client.sent());
        EXPECT_TRUE(client.session.announces(extension_descriptors));
    }
}

TEST(ClientSession, RequiredEncryptionRefusesAServerWithoutIt)
{
    auto policy = Client::localPolicy();
    policy.crypt = CryptPolicy::require;
    Client client(policy);
    client.requestInit();
    client.receive(Server().hello());
    ASSERT_TRUE(client.session.failure());
    EXPECT_NE(std::string::npos, client.session.failure()->reason.find("tls=off"));
    EXPECT_EQ(Commands{}, client.sent());
}

TEST(ClientSession, SwitchHandsFollowingBytesToTheMethod)
{
    for (const std::size_t split : {0U, 1U, 2U}) {
        auto policy = Client::localPolicy();
        policy.crypt = CryptPolicy::require;
        Client client(policy);
        client.source.crypt = &flip_method;
        client.session.login({"alice", Secret("secret")});
        client.requestInit();
        Server clear;
        clear.hello({1, 2, 3}).crypt({1, 0});
        auto wire = bytesOf(clear.out);
        Server secret;
        secret.repeats(clear, 1).user().welcome().init();
        for (const auto byte : secret.flipped())
            wire.push_back(byte);
        if (split == 0) {
            client.receive(wire);
        } else {
            for (std::size_t i = 0; i < wire.size(); i += split)
                client.receive(std::span(wire).subspan(i, std::min(split, wire.size() - i)));
        }
        ASSERT_FALSE(client.session.failure()) << client.session.failure()->reason;
        EXPECT_EQ(Commands{16}, client.replies);
        // in clear our HELO and CRPT_RPLY, then under encryption HELO again, INIT and USER
        const auto output = client.session.output();
        FrameDecoder clear_decoder(limits_after_login);
        clear_decoder.push(output);
        EXPECT_EQ(1U, clear_decoder.next()->command);
        EXPECT_EQ(7U, clear_decoder.next()->command);
        std::vector<std::byte> rest(clear_decoder.pending().begin(), clear_decoder.pending().end());
        for (auto &byte : rest)
            byte ^= std::byte{0x55};
        FrameDecoder decoder(limits_after_login);
        decoder.push(rest);
        Commands commands;
        while (const auto message = decoder.next())
            commands.push_back(message->command);
        EXPECT_EQ((Commands{1, 16, 2}), commands);
    }
}

TEST(ClientSession, ClearBytesInjectedBeforeTheSwitchAreNoMessages)
{
    Client client;
    client.source.crypt = &flip_method;
    client.requestInit();
    client.receive(Server().hello({1, 2, 3}).crypt({1, 0}).hello().init());
    EXPECT_TRUE(client.session.failure());
    EXPECT_EQ(Commands{}, client.replies);
}

TEST(ClientSession, SecondSwitchIsRefused)
{
    Client client;
    client.source.crypt = &flip_method;
    Server clear;
    client.receive(clear.hello({1, 2, 3}).crypt({1, 0}));
    client.receive(Server().repeats(clear, 1).flipped());
    ASSERT_FALSE(client.session.failure()) << client.session.failure()->reason;
    client.receive(Server().crypt({1, 0}).flipped());
    ASSERT_TRUE(client.session.failure());
    EXPECT_NE(std::string::npos, client.session.failure()->reason.find("CRPT_REQ under encryption"));
}

TEST(ClientSession, SwitchInMidSessionWaitsForReplies)
{
    Client client;
    client.requestInit();
    client.receive(Server().hello());
    client.sent();
    client.receive(Server().crypt({0}));
    client.requestInit(); // held
    EXPECT_EQ(Commands{}, client.sent());
    client.receive(Server().init());
    EXPECT_EQ((Commands{7}), client.sent());
    client.receive(Server().hello());
    EXPECT_EQ((Commands{1, 16}), client.sent());
    client.receive(Server().init());
    EXPECT_EQ((Commands{16, 16}), client.replies);
}

TEST(ClientSession, EndOfAnEncryptedStreamWithoutGoodbyeIsAFailure)
{
    Client client;
    client.source.crypt = &flip_method;
    client.receive(Server().hello({3}).crypt({1}));
    client.session.endInput("closed");
    client.drain();
    ASSERT_TRUE(client.session.failure());
    EXPECT_EQ("the encrypted connection was cut: closed", client.session.failure()->reason);
}

TEST(ClientSession, LogsInWhereverItIsAsked)
{
    Client client;
    client.source.auth = {&clear_method, &crypt_method};
    client.session.login({"alice", Secret("secret")});
    client.receive(Server().hello());
    client.requestInit();
    client.receive(Server().user());
    EXPECT_EQ((Commands{1, 16, 2}), client.sent());
    client.receive(Server().note().pass(1));
    EXPECT_EQ(Commands{4}, client.sent());
    client.receive(Server().welcome().init());
    EXPECT_EQ(Commands{16}, client.replies);
    EXPECT_EQ(LoginState::succeeded, client.session.loginState());
}

TEST(ClientSession, RefusedLoginIsNotRepeated)
{
    Client client;
    client.source.auth = {&clear_method};
    client.session.login({"alice", Secret("secret")});
    client.receive(Server().hello().user().pass(1).user());
    EXPECT_EQ((Commands{1, 2, 4, 5}), client.sent());
    EXPECT_EQ(LoginState::refused, client.session.loginState());
    client.receive(Server().user()); // a server that doesn't stop
    ASSERT_TRUE(client.session.failure());
    EXPECT_EQ(Status::access_denied, client.session.failure()->status);
}

TEST(ClientSession, NoCredentialsAreReported)
{
    Client client;
    client.requestInit();
    client.receive(Server().hello().user().init());
    EXPECT_TRUE(client.session.loginWanted());
    EXPECT_EQ(Commands{}, client.replies);
    client.sent();
    EXPECT_FALSE(client.session.login({"", Secret("x")}));
    EXPECT_FALSE(client.session.login({std::string(256, 'x'), Secret("x")}));
    EXPECT_TRUE(client.session.login({"alice", Secret("x")}));
    EXPECT_EQ(Commands{2}, client.sent());
    client.drain();
    EXPECT_EQ(Commands{16}, client.replies);
}

TEST(ClientSession, ClearPasswordsStayOffTheNetwork)
{
    for (const bool allowed : {false, true}) {
        for (const bool other : {false, true}) {
            auto policy = Client::localPolicy();
            policy.local = false;
            policy.allow_clear_passwords = allowed;
            Client client(policy);
            client.source.auth = {&clear_method};
            if (other)
                client.source.auth.push_back(&crypt_method);
            client.session.login({"alice", Secret("secret")});
            client.receive(Server().hello().user());
            client.sent();
            client.receive(Server().pass(1));
            const auto bytes = client.session.output();
            if (allowed) {
                EXPECT_EQ(Commands{4}, client.sent());
                continue;
            }
            FrameDecoder decoder(limits_after_login);
            decoder.push(bytes);
            const auto fail = decodeClientFail(*decoder.next());
            EXPECT_EQ(other ? 3U : 2U, fail.command);
            EXPECT_EQ(other ? std::vector<std::uint32_t>{2} : std::vector<std::uint32_t>{}, fail.methods);
            client.sent();
            if (other) {
                client.receive(Server().pass(2));
                EXPECT_EQ(Commands{4}, client.sent());
            }
        }
    }
}

TEST(ClientSession, EndlessPassRequestsAreRefused)
{
    Client client;
    client.source.auth = {&crypt_method};
    client.session.login({"alice", Secret("secret")});
    client.receive(Server().hello().user());
    Server server;
    for (int i = 0; i < 40; ++i)
        server.pass(77);
    client.receive(server);
    EXPECT_TRUE(client.session.failure());
}

// What may come when: rows are states, columns the server's messages.
TEST(ClientSession, EachMessageInEachState)
{
    enum Setup { greeting, crypt_follows, idle, requested, wanted, named, answered, succeeded };
    const auto prepare = [](Client &client, Setup setup) {
        client.source.auth = {&clear_method};
        if (setup != wanted)
            client.session.login({"alice", Secret("secret")});
        Server server;
        if (setup == crypt_follows)
            server.hello({3});
        else if (setup != greeting)
            server.hello();
        if (setup >= wanted)
            server.user();
        if (setup >= answered)
            server.pass(1);
        if (setup >= succeeded)
            server.welcome();
        client.receive(server);
        if (setup == requested)
            client.requestInit();
    };
    struct Row {
        Setup setup;
        // HELO, USER, PASS_REQ, PASS_RPLY, FAIL, CRPT_REQ, CRPT_RPLY, QUIT, WELC, INIT reply, unknown
        const char *allowed;
    };
    for (const auto &row : {Row{greeting, "y----------"}, Row{crypt_follows, "-----y-----"}, Row{idle, "yy---y-----"},
                            Row{requested, "yy---y---y-"}, Row{named, "yyy--y--y--"}, Row{answered, "yyy--y--y--"},
                            Row{succeeded, "y----y-----"}}) {
        for (unsigned column = 0; column < 11; ++column) {
            Client client;
            prepare(client, row.setup);
            ASSERT_FALSE(client.session.failure());
            Server server;
            switch (column) {
            case 0:
                server.hello();
                break;
            case 1:
                server.user();
                break;
            case 2:
                server.pass(1);
                break;
            case 3:
                encodePass(server.out, Command::pass_reply, {1, {}});
                break;
            case 4:
                server.fail();
                break;
            case 5:
                server.crypt({0});
                break;
            case 6:
                encodeCryptReply(server.out, 0);
                break;
            case 7:
                encodeBare(server.out, Command::quit);
                break;
            case 8:
                server.welcome();
                break;
            case 9:
                server.init();
                break;
            default:
                encodeBare(server.out, static_cast<Command>(77));
            }
            client.receive(server);
            EXPECT_EQ(row.allowed[column] == 'y', !client.session.failure()) << row.setup << " " << column;
        }
    }
}

TEST(ClientSession, ReasonsOfTheServerAreMadePrintable)
{
    Client client;
    client.receive(Server().hello().fail());
    ASSERT_TRUE(client.session.failure());
    EXPECT_EQ("too many?[31m", client.session.failure()->reason);
    EXPECT_EQ(Status::io_error, client.session.failure()->status);
    EXPECT_FALSE(client.session.canRequest());
    EXPECT_EQ(500U, printableText(std::string(5000, 'x')).size());
}

TEST(ClientText, KeepsUtf8AndNoControls)
{
    struct Case {
        const char *text;
        const char *expected;
    };
    for (const auto &c :
         {Case{"Ger\xc3\xa4t \xc3\x9c \xe2\x82\xac \xf0\x9f\x96\xa8", nullptr}, // continuations 0x80..0x9f
          Case{"a\x9b"
               "b\x7f\n",
               "a?b??"},
          Case{"\xc2\x9b[m", "?[m"}, Case{"\xe4 \xc3", nullptr}, Case{"\xe0\x82\x9b", "\xe0??"},
          Case{"\xed\x9f\xbf", nullptr}, Case{"\xc0\x9b", "\xc0?"}, Case{"\xf4\x90\x80\x80", "\xf4???"},
          Case{"\xe2\x82", "\xe2?"}})
        EXPECT_EQ(c.expected ? c.expected : c.text, printableText(c.text));
    EXPECT_EQ(std::string(499, 'x'), printableText(std::string(499, 'x') + "\xc3\xa4"));
}

TEST(ClientSession, RepliesInTheWrongOrderAreRefused)
{
    Client client;
    client.receive(Server().hello());
    client.requestInit();
    encodeBare(client.session.request(Command::get_devices), Command::get_devices);
    Server server;
    encodeGetDevicesReply(server.out, {});
    client.receive(server);
    EXPECT_TRUE(client.session.failure());
}

TEST(ClientSession, AnySplitOfTheStreamIsTheSame)
{
    Server server;
    server.hello().note().user().pass(1).welcome().init().note();
    const auto wire = bytesOf(server.out);
    const auto run = [&wire](std::size_t cut, std::size_t step) {
        auto client = std::make_unique<Client>();
        client->source.auth = {&clear_method};
        client->session.login({"alice", Secret("secret")});
        client->requestInit();
        for (std::size_t i = 0; i < cut; i += step)
            client->receive(std::span(wire).subspan(i, std::min(step, cut - i)));
        return client;
    };
    for (std::size_t cut = 0; cut <= wire.size(); ++cut) {
        const auto client = run(cut, wire.size());
        EXPECT_FALSE(client->session.failure());
        client->session.endInput("cut");
        client->drain();
        ASSERT_TRUE(client->session.failure()) << cut;
    }
    const auto client = run(wire.size(), 1);
    EXPECT_EQ(Commands{16}, client->replies);
    EXPECT_EQ((Commands{1, 16, 2, 4}), client->sent());
}

TEST(ClientSession, RepliesBeforeTheEndAreStillGiven)
{
    Client client;
    client.receive(Server().hello());
    client.requestInit();
    const auto bytes = bytesOf(Server().init().out);
    const auto space = client.session.prepareInput();
    std::copy(bytes.begin(), bytes.end(), space.begin());
    client.session.commitInput(bytes.size());
    client.session.endInput("closed");
    EXPECT_TRUE(client.session.nextReply());
    EXPECT_FALSE(client.session.nextReply());
    EXPECT_EQ("closed", client.session.failure()->reason);
}

} // namespace netsane::test
