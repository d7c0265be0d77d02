#include "ServerSessionFixture.hxx"

namespace netsane {
namespace {

TEST_F(ServerSessionTest, GreetsWithRevisionAndExtensions)
{
    session = std::make_unique<ServerSession>(settings, std::vector<const Method *>{}, PeerInfo{"127.0.0.1", true},
                                              host, now);
    const auto sent = take();
    ASSERT_EQ(sent.size(), 1U);
    const auto hello = decodeHello(view(sent[0]));
    EXPECT_EQ(hello.revision, 1U);
    EXPECT_THAT(hello.extensions,
                ElementsAre(extension_login_note, extension_descriptors, extension_values, extension_many_reads));
}

TEST_F(ServerSessionTest, AnswersWhatNeedsNoDevice)
{
    begin();
    send(bare(Command::init));
    ByteBuffer status;
    encodeStatusTextRequest(status, 6);
    send(status);
    send(bare(Command::exit));
    const auto sent = take();
    ASSERT_EQ(sent.size(), 3U);
    EXPECT_EQ(decodeInitReply(view(sent[0])).outcome.status, Status::good);
    EXPECT_EQ(decodeStatusTextReply(view(sent[1])), "Document feeder jammed");
    EXPECT_EQ(view(sent[2]).command, static_cast<std::uint32_t>(Command::exit));
}

TEST_F(ServerSessionTest, KeepsRepliesInTheOrderOfRequests)
{
    begin();
    send(bare(Command::get_devices));
    send(bare(Command::init));
    EXPECT_THAT(takeCommands(), IsEmpty()) << "INIT must wait for GDEV";
    EXPECT_THAT(host.calls, ElementsAre("list"));
    session->devicesListed({{}, {{"test:0", "v", "m", "t"}}});
    EXPECT_THAT(takeCommands(), ElementsAre(Command::get_devices, Command::init));
}

TEST_F(ServerSessionTest, OpensThroughTheHost)
{
    begin();
    send(open("test:0"));
    EXPECT_THAT(host.calls, ElementsAre("open 1 test:0"));
    EXPECT_FALSE(session->isFinished());
    session->deviceOpened(1, {OpenDecision::Kind::opened, {}}, now);
    EXPECT_THAT(host.commandsToDevice(), ElementsAre(Command::hello, Command::open));
    ByteBuffer reply;
    encodeOpenReply(reply, {{}, {channel_handle.begin(), channel_handle.end()}, {}});
    deviceSays(1, reply);
    const auto sent = take();
    ASSERT_EQ(sent.size(), 1U);
    const auto opened = decodeOpenReply(view(sent[0]));
    EXPECT_EQ(opened.outcome.status, Status::good);
    EXPECT_EQ(opened.handle.size(), 16U);
}

TEST_F(ServerSessionTest, HandlesDifferEachTime)
{
    begin();
    const auto first = openDevice(1);
    const auto second = openDevice(2);
    EXPECT_NE(first, second);
}

TEST_F(ServerSessionTest, RefusalCarriesTheReason)
{
    begin();
    send(open("test:0"));
    session->deviceOpened(1, {OpenDecision::Kind::refused, {Status::device_busy, "device held by alice"}}, now);
    const auto sent = take();
    ASSERT_EQ(sent.size(), 1U);
    const auto reply = decodeOpenReply(view(sent[0]));
    EXPECT_EQ(reply.outcome.status, Status::device_busy);
    EXPECT_EQ(reply.outcome.reason, "device held by alice");
}

TEST_F(ServerSessionTest, UnknownHandlesGetTheCommandsOwnShape)
{
    begin();
    const HandleBytes nobody(16, std::byte{9});
    send(withHandle(Command::get_parameters, nobody));
    send(withHandle(Command::close, nobody));
    send(withHandle(Command::abort, nobody));
    send(withHandle(Command::start, nobody));
    send(read(nobody));
    const auto sent = take();
    ASSERT_EQ(sent.size(), 5U);
    EXPECT_EQ(decodeGetParametersReply(view(sent[0])).outcome.status, Status::invalid);
    EXPECT_TRUE(MessageReader(view(sent[1])).atEnd());
    EXPECT_TRUE(MessageReader(view(sent[2])).atEnd());
    EXPECT_EQ(decodeStartReply(view(sent[3])).outcome.status, Status::invalid);
    EXPECT_EQ(decodeReadReply(view(sent[4])).outcome.status, Status::invalid);
}

TEST_F(ServerSessionTest, PipelinesReadsToTheDeviceAtOnce)
{
    begin();
    const auto handle = openDevice(1);
    for (int i = 0; i < 8; ++i)
        send(read(handle));
    EXPECT_EQ(host.commandsToDevice(), std::vector<Command>(8, Command::read));
    ByteBuffer data;
    const std::vector<std::byte> bytes(100, std::byte{5});
    encodeReadReply(data, {{}, bytes});
    for (int i = 0; i < 8; ++i)
        deviceSays(1, data);
    EXPECT_EQ(takeCommands(), std::vector<Command>(8, Command::read));
    EXPECT_FALSE(session->wantsDevice(1));
}

TEST_F(ServerSessionTest, LargeRepliesGoStraightToTheClientAsFarAsItTakesThem)
{
    begin();
    const auto handle = openDevice(1);
    ByteBuffer data;
    encodeReadReply(data, {{}, std::vector<std::byte>(20000, std::byte{5})});
    ByteBuffer expected;
    for (int i = 0; i < 3; ++i) {
        send(read(handle));
        expected.append(data.data());
    }
    host.client_room = 30000; // one, and a part of the second
    for (int i = 0; i < 3; ++i) {
        deviceSays(1, data);
        EXPECT_EQ(host.to_client.size(), std::min<std::size_t>(30000, (i + 1) * data.size()));
        host.client_room += i == 1 ? 100000 : 0;
    }
    ByteBuffer sent;
    sent.append(host.to_client.data());
    sent.append(session->output().data());
    EXPECT_TRUE(std::ranges::equal(sent.data(), expected.data())) << "nothing overtakes what waits already";
}

TEST_F(ServerSessionTest, SmallRepliesTravelTogether)
{
    begin();
    const auto handle = openDevice(1);
    ByteBuffer data;
    encodeReadReply(data, {{}, std::vector<std::byte>(100, std::byte{5})});
    host.client_room = 100000;
    for (int i = 0; i < 2; ++i) {
        send(read(handle));
        deviceSays(1, data);
    }
    EXPECT_TRUE(host.to_client.empty());
    EXPECT_EQ(takeCommands().size(), 2U);
}

TEST_F(ServerSessionTest, TwoDevicesAnswerInTheOrderOfRequests)
{
    begin();
    const auto first = openDevice(1);
    const auto second = openDevice(2);
    send(withHandle(Command::get_parameters, first));
    send(withHandle(Command::get_parameters, second));
    EXPECT_TRUE(session->wantsDevice(1));
    EXPECT_FALSE(session->wantsDevice(2)) << "its reply would be out of order";
    ByteBuffer reply;
    encodeGetParametersReply(reply, {});
    deviceSays(1, reply);
    EXPECT_TRUE(session->wantsDevice(2));
    deviceSays(2, reply);
    EXPECT_EQ(takeCommands().size(), 2U);
}

TEST_F(ServerSessionTest, AbortOvertakesWhatStillWaits)
{
    begin();
    const auto handle = openDevice(1);
    send(read(handle));
    send(bare(Command::get_devices)); // answered by the session: what is behind it waits
    send(read(handle));
    host.to_device.clear();
    send(withHandle(Command::abort, handle));
    EXPECT_THAT(host.commandsToDevice(), ElementsAre(Command::abort)) << "at once";
    ByteBuffer cancelled;
    encodeReadReply(cancelled, {{Status::cancelled, ""}, {}});
    deviceSays(1, cancelled);
    session->devicesListed({});
    deviceSays(1, bare(Command::abort));
    const auto sent = take();
    ASSERT_EQ(sent.size(), 4U);
    EXPECT_EQ(decodeReadReply(view(sent[0])).outcome.status, Status::cancelled);
    EXPECT_EQ(static_cast<Command>(view(sent[1]).command), Command::get_devices);
    EXPECT_EQ(decodeReadReply(view(sent[2])).outcome.status, Status::cancelled);
    EXPECT_EQ(static_cast<Command>(view(sent[3]).command), Command::abort);
}

TEST_F(ServerSessionTest, AbortThatIsIgnoredEndsTheDevice)
{
    begin();
    const auto handle = openDevice(1);
    send(withHandle(Command::abort, handle));
    now += std::chrono::seconds(11);
    session->tick(now);
    EXPECT_THAT(host.calls, testing::Contains("close 1"));
    EXPECT_THAT(takeCommands(), testing::Contains(Command::abort));
}

TEST_F(ServerSessionTest, DeadDeviceAnswersIoErrorFromThenOn)
{
    begin();
    const auto handle = openDevice(1);
    send(read(handle));
    send(read(handle));
    session->deviceGone(1, "the process has ended", now);
    send(withHandle(Command::start, handle));
    send(withHandle(Command::close, handle));
    const auto sent = take();
    ASSERT_EQ(sent.size(), 4U);
    EXPECT_EQ(decodeReadReply(view(sent[0])).outcome.status, Status::io_error);
    EXPECT_EQ(decodeReadReply(view(sent[1])).outcome.reason, "the process has ended");
    EXPECT_EQ(decodeStartReply(view(sent[2])).outcome.status, Status::io_error);
    EXPECT_EQ(static_cast<Command>(view(sent[3]).command), Command::close);
}

TEST_F(ServerSessionTest, WrongReplyOfADeviceIsAnError)
{
    begin();
    const auto handle = openDevice(1);
    send(read(handle));
    EXPECT_THROW(session->deviceMessage(1, view(bare(Command::abort)), now), ProtocolError);
}

TEST_F(ServerSessionTest, CloseForgetsTheHandle)
{
    begin();
    const auto handle = openDevice(1);
    send(withHandle(Command::close, handle));
    send(withHandle(Command::get_parameters, handle));
    deviceSays(1, bare(Command::close));
    EXPECT_THAT(host.calls, ElementsAre("close 1"));
    const auto sent = take();
    ASSERT_EQ(sent.size(), 2U);
    EXPECT_EQ(decodeGetParametersReply(view(sent[1])).outcome.status, Status::invalid);
}

// The handle is forgotten by CLOS already, and QUIT overtakes its reply.
TEST_F(ServerSessionTest, CloseAndQuitAtOnceCloseTheDevice)
{
    begin();
    const auto handle = openDevice(1);
    auto both = withHandle(Command::close, handle);
    both.append(bare(Command::quit).data());
    send(both);
    EXPECT_THAT(host.commandsToDevice(), ElementsAre(Command::close));
    EXPECT_THAT(host.calls, ElementsAre("close 1"));
    EXPECT_TRUE(session->isFinished());
}

TEST_F(ServerSessionTest, QuitClosesADeviceThatIsBeingOpened)
{
    begin();
    send(open("test:0"));
    host.calls.clear();
    send(bare(Command::quit));
    EXPECT_THAT(host.calls, ElementsAre("close 1"));
}

TEST_F(ServerSessionTest, TheDeviceLearnsWhatTheClientAnnounced)
{
    for (const auto &announced : {std::vector<std::uint32_t>{1}, {1, 2}, {1, 2, 4}}) {
        host.to_device.clear();
        begin();
        ByteBuffer hello;
        encodeHello(hello, {"test", 1, announced});
        send(hello);
        send(open("test:0"));
        session->deviceOpened(1, {OpenDecision::Kind::opened, {}}, now);
        FrameDecoder decoder(limits_after_login);
        decoder.push(host.to_device.data());
        const std::vector<std::uint32_t> expected(announced.begin() + 1, announced.end());
        EXPECT_EQ(decodeHello(decoder.next().value()).extensions, expected);
    }
}

TEST_F(ServerSessionTest, ExitClosesAllHandles)
{
    begin();
    openDevice(1);
    openDevice(2);
    send(bare(Command::exit));
    EXPECT_THAT(host.calls, testing::UnorderedElementsAre("close 1", "close 2"));
    EXPECT_THAT(takeCommands(), ElementsAre(Command::exit));
}

TEST_F(ServerSessionTest, QuitEndsWithoutReply)
{
    begin();
    openDevice(1);
    send(bare(Command::quit));
    EXPECT_TRUE(session->isFinished());
    EXPECT_THAT(host.calls, ElementsAre("close 1"));
    EXPECT_THAT(takeCommands(), IsEmpty());
}

TEST_F(ServerSessionTest, FailTellsTheReasonAndClosesDevices)
{
    begin();
    openDevice(1);
    session->fail("some reason");
    const auto sent = take();
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(decodeServerFail(view(sent[0])).reason, "some reason");
    EXPECT_TRUE(session->isFinished());
    EXPECT_THAT(host.calls, testing::Contains("close 1"));
}

TEST_F(ServerSessionTest, MalformedRequestsAreNoticedWhenTheyComeAndNotWhenTheyBegin)
{
    for (const Command command : {Command::status_text, Command::open, Command::read, Command::control_option}) {
        host.calls.clear();
        begin();
        send(bare(Command::get_devices)); // what comes now has to wait
        EXPECT_THROW(send(bare(command)), ProtocolError) << static_cast<std::uint32_t>(command);
    }
}

TEST_F(ServerSessionTest, AbortLetsDescriptorsThrough)
{
    begin();
    const auto handle = openDevice(1);
    send(bare(Command::get_devices));
    ByteBuffer option;
    encodeGetOptionRequest(option, handle, {3});
    send(option);
    send(read(handle));
    EXPECT_THAT(host.commandsToDevice(), IsEmpty());
    send(withHandle(Command::abort, handle));
    EXPECT_THAT(host.commandsToDevice(), ElementsAre(Command::get_option, Command::abort));
    session->devicesListed({});
    ByteBuffer descriptor;
    encodeGetOptionReply(descriptor, nullptr);
    deviceSays(1, descriptor);
    deviceSays(1, bare(Command::abort));
    EXPECT_THAT(takeCommands(), ElementsAre(Command::get_devices, Command::get_option, Command::read, Command::abort));
}

TEST_F(ServerSessionTest, AbortDoesNotOvertakeAClose)
{
    begin();
    const auto handle = openDevice(1);
    send(bare(Command::get_devices));
    send(withHandle(Command::close, handle));
    send(withHandle(Command::abort, handle));
    EXPECT_THAT(host.commandsToDevice(), IsEmpty());
    session->devicesListed({});
    EXPECT_THAT(host.commandsToDevice(), ElementsAre(Command::close));
    deviceSays(1, bare(Command::close));
    EXPECT_THAT(takeCommands(), ElementsAre(Command::get_devices, Command::close, Command::abort));
}

TEST_F(ServerSessionTest, AbortThatOvertookAnExitIsAnswered)
{
    begin();
    const auto handle = openDevice(1);
    send(bare(Command::get_devices));
    send(bare(Command::exit));
    send(withHandle(Command::abort, handle));
    session->devicesListed({});
    EXPECT_THAT(takeCommands(), ElementsAre(Command::get_devices, Command::exit, Command::abort));
}

TEST_F(ServerSessionTest, AnAbortBehindAnotherDeviceIsNotLate)
{
    begin();
    const auto busy = openDevice(1);
    const auto idle = openDevice(2);
    send(read(busy));
    send(withHandle(Command::abort, idle));
    now += std::chrono::seconds(30);
    session->tick(now);
    EXPECT_THAT(host.calls, testing::Not(testing::Contains("close 2"))) << "its reply isn't awaited yet";
}

TEST_F(ServerSessionTest, AReadThatIgnoresItsAbortEndsTheDevice)
{
    begin();
    const auto handle = openDevice(1);
    send(read(handle));
    now += std::chrono::seconds(60);
    send(withHandle(Command::abort, handle));
    take();
    session->tick(now);
    EXPECT_THAT(host.calls, IsEmpty()) << "it has its time from the ABRT on";
    take();
    now += std::chrono::seconds(10);
    session->tick(now);
    EXPECT_THAT(host.calls, ElementsAre("close 1"));
}

TEST_F(ServerSessionTest, AnAbortHasTheTimeOfTheConfiguration)
{
    settings.close_timeout = milliseconds(25000);
    begin();
    const auto handle = openDevice(1);
    send(withHandle(Command::abort, handle));
    now += milliseconds(24999);
    session->tick(now);
    EXPECT_THAT(host.calls, testing::Not(testing::Contains("close 1")));
    take(); // "still working"
    now += milliseconds(1);
    session->tick(now);
    EXPECT_THAT(host.calls, testing::Contains("close 1"));
}

TEST_F(ServerSessionTest, HelloMustComeFirst)
{
    begin();
    ByteBuffer hello;
    encodeHello(hello, {"me", 1, {}});
    send(hello);
    EXPECT_THROW(send(hello), ProtocolError);
}

TEST_F(ServerSessionTest, EachIllegalMessageIsAnErrorWhereNothingWasAsked)
{
    for (const Command command :
         {Command::user, Command::pass_request, Command::pass_reply, Command::fail, Command::crypt_request,
          Command::crypt_reply, Command::welcome, static_cast<Command>(0), static_cast<Command>(15),
          static_cast<Command>(30), static_cast<Command>(0xffffffff)}) {
        begin();
        EXPECT_THROW(send(bare(command)), ProtocolError) << static_cast<std::uint32_t>(command);
    }
}

TEST_F(ServerSessionTest, TakesTheStreamOneByteAtATime)
{
    begin();
    ByteBuffer stream;
    encodeBare(stream, Command::init);
    encodeOpenRequest(stream, {"test:0"});
    for (const std::byte byte : stream.data())
        sendBytes({&byte, 1});
    EXPECT_THAT(host.calls, ElementsAre("open 1 test:0"));
    EXPECT_THAT(takeCommands(), ElementsAre(Command::init));
}

// --- the table of protocol.md §9 ------------------------------------------------------------------------------

TEST(ServerLegality, IsTheTableOfTheSpecification)
{
    struct Row {
        ServerState state;
        std::vector<Command> legal; // besides requests
        bool requests;
    };
    const Row rows[] = {
        {ServerState::open, {Command::hello, Command::quit}, true},
        {ServerState::crypt_asked, {Command::hello, Command::crypt_reply, Command::quit}, false},
        {ServerState::crypt_asked_later, {Command::hello, Command::crypt_reply, Command::quit}, true},
        {ServerState::user_asked, {Command::hello, Command::user, Command::fail, Command::quit}, true},
        {ServerState::pass_asked, {Command::pass_reply, Command::fail, Command::quit}, true},
        {ServerState::checking, {Command::quit}, true},
    };
    for (const auto &row : rows) {
        for (std::uint32_t number = 0; number < 40; ++number) {
            const auto command = static_cast<Command>(number);
            const bool listed = std::find(row.legal.begin(), row.legal.end(), command) != row.legal.end();
            const bool expected = number >= 16 && number <= 29 ? row.requests : listed;
            EXPECT_EQ(isLegalFromClient(row.state, number), expected) << stateName(row.state) << ", command " << number;
        }
    }
}

} // namespace
} // namespace netsane
