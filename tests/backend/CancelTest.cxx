// sane_cancel, from wherever it may come.

#include "BackendTest.hxx"
#include "SignalCancel.hxx"

#include <csignal>
#include <cstring>
#include <pthread.h>
#include <thread>

namespace netsane::test {

TEST_F(BackendTest, CancelFromAnotherThreadEndsARead)
{
    server.image = pattern(100000);
    server.stall_at = 5000;
    init("");
    const auto handle = openDevice();
    ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
    std::thread canceller([&] {
        EXPECT_TRUE(eventually([&] { return server.most_reads_waiting >= 1; }));
        library->cancel(handle);
    });
    SANE_Status status;
    readAll(handle, 1000, status);
    EXPECT_EQ(SANE_STATUS_CANCELLED, status);
    canceller.join();
    EXPECT_EQ(1, server.aborts);
    server.stall_at = SIZE_MAX;
    ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
    EXPECT_TRUE(readAll(handle, 1000, status) == server.image);
}

TEST_F(BackendTest, CancelFromASignalHandlerEndsARead)
{
    server.stall_at = 0;
    server.image = pattern(10);
    init("");
    const auto handle = openDevice();
    const SignalCancel by_signal(*library, handle);
    ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
    const auto reader = ::pthread_self();
    std::thread killer([&] {
        EXPECT_TRUE(eventually([&] { return server.most_reads_waiting >= 1; }));
        ::pthread_kill(reader, SIGUSR1);
    });
    SANE_Status status;
    readAll(handle, 1000, status);
    EXPECT_EQ(SANE_STATUS_CANCELLED, status);
    killer.join();
    EXPECT_EQ(1, server.aborts);
    // and when no call is in progress: the whole cancel, within the handler
    ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
    by_signal.raise();
    EXPECT_EQ(2, server.aborts);
}

TEST_F(BackendTest, CancelInASignalHandlerLeavesTheHeapAlone)
{
    server.extensions.push_back(extension_many_reads);
    server.image = pattern(100000);
    server.parameters = {0, true, 1000, 1000, 1000, 8}; // more than comes: as many READs as the window has
    server.chunk_bytes = 5000;
    init("");
    const auto handle = openDevice();
    const SignalCancel by_signal(*library, handle);
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
        std::array<SANE_Byte, 100> block;
        SANE_Int length = 0;
        ASSERT_EQ(SANE_STATUS_GOOD, library->read(handle, block.data(), block.size(), &length));
        SANE_Word word; // READ replies that come before this one's are stored
        ASSERT_EQ(SANE_STATUS_GOOD, library->control_option(handle, 2, SANE_ACTION_GET_VALUE, &word, nullptr));
        EXPECT_EQ(0, by_signal.raise());
        EXPECT_EQ(SANE_STATUS_CANCELLED, library->read(handle, block.data(), block.size(), &length));
    }
    ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
    SANE_Status status;
    EXPECT_TRUE(readAll(handle, 1000, status) == server.image);
}

TEST_F(BackendTest, CancelThatTheServerIgnoresHasADeadline)
{
    server.stall_at = 0;
    server.answers_abort = false;
    server.image = pattern(10);
    // a server that never stops talking doesn't move the deadline
    server.hook = [](FakeClient &client, MessageView message) {
        if (message.command == static_cast<std::uint32_t>(Command::abort))
            for (int i = 0; i < 10000; ++i)
                encodeHello(client.out, {"still here", {}, {}});
        return false;
    };
    init("");
    const auto handle = openDevice();
    ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
    const auto begin = Clock::now();
    library->cancel(handle);
    EXPECT_GE(Clock::now() - begin, 14s); // the server may need 10 of them
    EXPECT_LT(Clock::now() - begin, 25s);
    SANE_Byte byte;
    SANE_Int length;
    EXPECT_EQ(SANE_STATUS_CANCELLED, library->read(handle, &byte, 1, &length));
    EXPECT_EQ(SANE_STATUS_IO_ERROR, library->start(handle));
}

} // namespace netsane::test
