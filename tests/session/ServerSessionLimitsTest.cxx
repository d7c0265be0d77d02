// What a ServerSession bounds: counts, sizes and time.
#include "ServerSessionFixture.hxx"

namespace netsane {
namespace {

TEST_F(ServerSessionTest, SixtyFiveRequestsAreTooMany)
{
    begin();
    for (std::size_t i = 0; i < max_outstanding_requests; ++i)
        send(bare(Command::get_devices));
    EXPECT_THROW(send(bare(Command::get_devices)), ProtocolError);
}

TEST_F(ServerSessionTest, ManyReadsAfterAnOpenThatWasGood)
{
    begin();
    const auto handle = openDevice(1);
    for (std::size_t i = 0; i < max_outstanding_requests; ++i)
        send(withHandle(Command::get_parameters, handle));
    for (std::size_t i = max_outstanding_requests; i < max_outstanding_with_reads; ++i)
        send(read(handle));
    EXPECT_EQ(host.commandsToDevice().size(), max_outstanding_with_reads) << "all at once";
    EXPECT_THROW(send(read(handle)), ProtocolError);
}

TEST_F(ServerSessionTest, SixtyFiveOthersAreTooManyAmongReads)
{
    begin();
    const auto handle = openDevice(1);
    for (std::size_t i = 0; i < 500; ++i)
        send(read(handle));
    for (std::size_t i = 0; i < max_outstanding_requests; ++i)
        send(withHandle(Command::get_parameters, handle));
    send(read(handle));
    EXPECT_THROW(send(withHandle(Command::abort, handle)), ProtocolError);
}

TEST_F(ServerSessionTest, ReadsBeforeAnOpenThatWasGoodAreRequestsLikeAnyOther)
{
    begin();
    send(open("test:0")); // isn't answered yet
    for (std::size_t i = 1; i < max_outstanding_requests; ++i)
        send(read({std::byte{1}}));
    EXPECT_THROW(send(read({std::byte{1}})), ProtocolError);
}

TEST_F(ServerSessionTest, HandlesAreLimited)
{
    begin();
    for (DeviceKey key = 1; key <= max_handles; ++key)
        openDevice(key);
    send(open("test:0"));
    const auto sent = take();
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(decodeOpenReply(view(sent[0])).outcome.status, Status::no_mem);
}

TEST_F(ServerSessionTest, MessagesBeforeLoginAreLimited)
{
    begin();
    EXPECT_THROW(send(open(std::string(5000, 'x'))), ProtocolError);
}

TEST_F(ServerSessionTest, ProgressIsNotedWhileARequestTakesLong)
{
    begin();
    send(bare(Command::get_devices));
    now += milliseconds(9999);
    session->tick(now);
    EXPECT_THAT(takeCommands(), IsEmpty());
    now += milliseconds(1);
    session->tick(now);
    EXPECT_THAT(takeCommands(), ElementsAre(Command::hello));
    EXPECT_EQ(session->nextDeadline(), now + settings.progress_interval);
}

TEST_F(ServerSessionTest, IdleWithADeviceOpenIsEnded)
{
    begin();
    openDevice(1);
    now += settings.idle_timeout;
    session->tick(now);
    EXPECT_TRUE(session->isFinished());
}

TEST_F(ServerSessionTest, IdleWithoutADeviceIsEndedToo)
{
    begin();
    send(bare(Command::init));
    now += settings.idle_timeout - milliseconds(1);
    session->tick(now);
    EXPECT_FALSE(session->isFinished());
    now += milliseconds(1);
    session->tick(now);
    EXPECT_TRUE(session->isFinished());
}

TEST_F(ServerSessionTest, SilenceAtTheStartIsEndedSoonAndBytesAloneDoNotHelp)
{
    begin();
    EXPECT_EQ(session->nextDeadline(), now + settings.login_timeout);
    now += settings.login_timeout - milliseconds(1);
    const std::byte half[2] = {};
    sendBytes(half);
    session->tick(now);
    EXPECT_FALSE(session->isFinished());
    now += milliseconds(1);
    session->tick(now);
    EXPECT_TRUE(session->isFinished());
}

TEST_F(ServerSessionTest, IsInUseWhileSomethingIsDoneForIt)
{
    begin();
    EXPECT_EQ(session->use(), ServerSession::Use::idle);
    send(bare(Command::get_devices));
    EXPECT_EQ(session->use(), ServerSession::Use::in_use);
    session->devicesListed({});
    EXPECT_EQ(session->use(), ServerSession::Use::idle);
    take();
    openDevice(1);
    EXPECT_EQ(session->use(), ServerSession::Use::in_use);
}

TEST_F(ServerSessionTest, IsNotInUseWhileALoginWaitsForTheClient)
{
    requireLogin();
    settings.login_at_connect = true;
    begin();
    EXPECT_EQ(session->use(), ServerSession::Use::waits_for_client);
    ByteBuffer name;
    encodeUser(name, "alice");
    send(name);
    EXPECT_EQ(session->use(), ServerSession::Use::in_use) << "it is judged";
    session->loginContinues(1, {});
    EXPECT_EQ(session->use(), ServerSession::Use::waits_for_client);
    session->loginFailed(1, now);
    EXPECT_EQ(session->use(), ServerSession::Use::in_use) << "it has to wait for its next try";
    now += std::chrono::seconds(3);
    session->tick(now);
    send(name);
    session->loggedIn(2, "alice", now);
    EXPECT_EQ(session->use(), ServerSession::Use::in_use) << "it is somebody's";
}

} // namespace
} // namespace netsane
