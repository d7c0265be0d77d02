// sane_close, and a sane_cancel that has nothing to stop: neither waits for the server.

#include "BackendTest.hxx"
#include "SignalCancel.hxx"

namespace netsane::test {

TEST_F(BackendTest, CloseSaysAllAndWaitsForNothing)
{
    std::atomic<int> closes = 0;
    std::atomic<int> quits = 0;
    server.hook = [&](FakeClient &, MessageView message) {
        quits += message.command == static_cast<std::uint32_t>(Command::quit) ? 1 : 0;
        if (message.command != static_cast<std::uint32_t>(Command::close))
            return false;
        ++closes;
        return true; // without an answer
    };
    init("");
    for (int i = 1; i <= 20; ++i) {
        const auto handle = openDevice();
        const auto begin = Clock::now();
        library->close(handle);
        EXPECT_LT(Clock::now() - begin, 500ms);
        EXPECT_TRUE(eventually([&] { return closes == i && quits == i && server.open_connections == 0; })) << i;
    }
}

// Bytes that nobody has read make the system's close() a reset: that ends the connection as well.
TEST_F(BackendTest, CloseInTheMiddleOfAnImageIsHeard)
{
    server.image = pattern(10 << 20);
    init("");
    for (int i = 1; i <= 20; ++i) {
        const auto handle = openDevice();
        ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
        SANE_Byte byte;
        SANE_Int length;
        ASSERT_EQ(SANE_STATUS_GOOD, library->read(handle, &byte, 1, &length));
        library->close(handle);
        EXPECT_TRUE(eventually([&] { return server.open_connections == 0; })) << i;
    }
}

TEST_F(BackendTest, CancelBehindTheEndWaitsForNothing)
{
    server.answers_abort = false;
    server.image = pattern(100);
    init("");
    const auto handle = openDevice();
    ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
    SANE_Status status;
    readAll(handle, 1000, status);
    const auto begin = Clock::now();
    library->cancel(handle);
    EXPECT_LT(Clock::now() - begin, 2s);
    EXPECT_TRUE(eventually([&] { return server.aborts == 1; })) << "it is sent at once";
    SANE_Byte byte;
    SANE_Int length;
    EXPECT_EQ(SANE_STATUS_CANCELLED, library->read(handle, &byte, 1, &length));
    library->cancel(handle);
    library->close(handle);
    EXPECT_LT(Clock::now() - begin, 4s);
    EXPECT_EQ(1, server.aborts);
}

TEST_F(BackendTest, CancelOfAStartThatFailedWaitsForNothing)
{
    server.answers_abort = false;
    server.start_status = Status::no_docs;
    init("");
    const auto handle = openDevice();
    EXPECT_EQ(SANE_STATUS_NO_DOCS, library->start(handle));
    const auto begin = Clock::now();
    library->cancel(handle);
    EXPECT_LT(Clock::now() - begin, 2s);
    EXPECT_TRUE(eventually([&] { return server.aborts == 1; }));
}

TEST_F(BackendTest, AStartBehindACancelThatDidNotWaitWorks)
{
    server.image = pattern(200000);
    init("");
    const auto handle = openDevice();
    for (int i = 1; i <= 20; ++i) {
        ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
        SANE_Status status;
        EXPECT_TRUE(readAll(handle, 4096, status) == server.image);
        library->cancel(handle);
        if (i % 3 == 0) { // and in the middle of one, where it does wait
            ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
            const int aborts = server.aborts;
            library->cancel(handle);
            EXPECT_EQ(aborts + 1, server.aborts);
        }
    }
}

TEST_F(BackendTest, CancelBehindTheEndLeavesTheHeapAlone)
{
    server.image = pattern(100000);
    init("");
    const auto handle = openDevice();
    const SignalCancel by_signal(*library, handle);
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
        SANE_Status status;
        EXPECT_TRUE(readAll(handle, 1000, status) == server.image);
        EXPECT_EQ(0, by_signal.raise());
    }
}

} // namespace netsane::test
