// Scanning: parameters, images, the select descriptor.

#include "BackendTest.hxx"

#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace netsane::test {

namespace {

bool isReadable(int fd)
{
    pollfd wait{fd, POLLIN, 0};
    return ::poll(&wait, 1, 0) == 1;
}

} // namespace

TEST_F(BackendTest, ScansInEveryPieceSize)
{
    server.image = pattern(200001);
    init("");
    const auto handle = openDevice();
    for (const SANE_Int piece : {1 << 20, 32768, 1000, 7}) {
        ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
        SANE_Status status;
        EXPECT_TRUE(readAll(handle, piece, status) == server.image) << piece;
        EXPECT_EQ(SANE_STATUS_EOF, status);
        SANE_Int length = 5;
        SANE_Byte byte;
        EXPECT_EQ(SANE_STATUS_EOF, library->read(handle, &byte, 1, &length));
        EXPECT_EQ(0, length);
    }
    library->cancel(handle);
    EXPECT_TRUE(eventually([&] { return server.aborts == 1; }));
    SANE_Int length = 5;
    SANE_Byte byte;
    EXPECT_EQ(SANE_STATUS_CANCELLED, library->read(handle, &byte, 1, &length));
    library->cancel(handle); // nothing was started since: no round trip
    EXPECT_EQ(1, server.aborts);
}

TEST_F(BackendTest, SwapsSamplesOfTheOtherByteOrder)
{
    auto expected = server.image = pattern(10000);
    for (std::size_t i = 0; i < expected.size(); i += 2)
        std::swap(expected[i], expected[i + 1]);
    server.byte_order = byte_order_big;
    init("");
    const auto handle = openDevice();
    for (const std::size_t chunk : {1U, 2U, 3U, 4097U})
        for (const SANE_Int piece : {1, 2, 3, 1001, 65536}) {
            server.chunk_bytes = chunk;
            ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
            SANE_Status status;
            EXPECT_TRUE(readAll(handle, piece, status) == expected) << chunk << " " << piece;
        }
}

TEST_F(BackendTest, ParametersAreThoseOfTheFrame)
{
    server.image = pattern(32);
    init("");
    const auto handle = openDevice();
    SANE_Parameters parameters{};
    ASSERT_EQ(SANE_STATUS_GOOD, library->get_parameters(handle, &parameters));
    EXPECT_EQ(16, parameters.depth);
    ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
    server.parameters.lines = 99; // the server is ahead
    ASSERT_EQ(SANE_STATUS_GOOD, library->get_parameters(handle, &parameters));
    EXPECT_EQ(4, parameters.lines);
    SANE_Word word = 0;
    EXPECT_EQ(SANE_STATUS_INVAL, library->control_option(handle, 2, SANE_ACTION_SET_VALUE, &word, nullptr));
    EXPECT_EQ(SANE_STATUS_GOOD, library->control_option(handle, 2, SANE_ACTION_GET_VALUE, &word, nullptr));
    SANE_Status status;
    EXPECT_TRUE(readAll(handle, 5, status) == server.image); // nothing was lost by the GET in between
    library->cancel(handle);
    ASSERT_EQ(SANE_STATUS_GOOD, library->get_parameters(handle, &parameters));
    EXPECT_EQ(99, parameters.lines);
}

TEST_F(BackendTest, AsksForParametersThatStartDoesNotBring)
{
    server.parameters_in_start = false;
    server.image = pattern(32);
    init("");
    const auto handle = openDevice();
    ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
    SANE_Status status;
    EXPECT_TRUE(readAll(handle, 100, status) == server.image);
}

TEST_F(BackendTest, StartWithoutParametersTakesTheStatusOfParm)
{
    server.parameters_in_start = false;
    server.hook = [](FakeClient &client, MessageView message) {
        if (message.command != static_cast<std::uint32_t>(Command::get_parameters))
            return false;
        encodeGetParametersReply(client.out, {{Status::jammed, "paper"}, client.server.parameters});
        return true;
    };
    init("");
    const auto handle = openDevice();
    EXPECT_EQ(SANE_STATUS_JAMMED, library->start(handle));
    EXPECT_EQ(1, server.aborts);
}

TEST_F(BackendTest, ImpossibleParametersFailTheStart)
{
    server.image = pattern(64);
    init("");
    const auto handle = openDevice();
    struct Case {
        Parameters parameters;
        bool good;
    };
    // format, last frame, bytes per line, pixels per line, lines, depth
    const Case cases[]{{{0, true, 8, 4, 8, 16}, true},
                       {{0, true, 7, 4, 8, 16}, false},
                       {{0, true, 9, 4, 8, 16}, true},
                       {{0, true, 8, 8, -1, 8}, true},
                       {{0, true, 8, 8, -2, 8}, false},
                       {{0, true, 8, 0, 8, 8}, false},
                       {{0, true, 8, 8, 8, 7}, false},
                       {{0, true, 1, 8, 8, 1}, true},
                       {{0, true, 1, 9, 8, 1}, false},
                       {{1, true, 6, 9, 8, 1}, true}, // each colour filled up to whole bytes
                       {{1, true, 3, 9, 8, 1}, false},
                       {{1, true, 11, 4, 8, 8}, false},
                       {{2, false, 4, 4, 8, 8}, true},
                       {{4, true, 4, 5, 8, 8}, false},
                       {{0, true, 0, 0, 0, 0}, false},
                       {{0, true, 0x7fffffff, 8, 0x7fffffff, 8}, false},
                       {{1, true, 0x7fffffff, 0x7fffffff, 1, 16}, false},
                       {{11, true, 0, 8, 8, 8}, true}}; // JPEG
    int number = 0;
    for (const auto &c : cases) {
        server.parameters = c.parameters;
        const auto expected = c.good ? SANE_STATUS_GOOD : SANE_STATUS_IO_ERROR;
        SANE_Parameters parameters;
        EXPECT_EQ(expected, library->get_parameters(handle, &parameters)) << number;
        const int aborts = server.aborts;
        EXPECT_EQ(expected, library->start(handle)) << number;
        if (c.good)
            library->cancel(handle);
        EXPECT_EQ(aborts + 1, server.aborts) << number;
        ++number;
    }
}

// A frontend that counts need not read as far as the EOF.
TEST_F(BackendTest, StartBehindTheLastByteWaitsForTheEnd)
{
    server.image = pattern(64);
    server.parameters = {0, true, 8, 8, 8, 8};
    server.hook = [](FakeClient &client, MessageView message) {
        if (message.command == static_cast<std::uint32_t>(Command::read) && client.position == 64)
            std::this_thread::sleep_for(50ms); // a device that takes its time for the end
        return false;
    };
    init("");
    const auto handle = openDevice();
    std::array<SANE_Byte, 64> block;
    for (int i = 0; i < 5; ++i) {
        ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
        SANE_Int length = 0;
        ASSERT_EQ(SANE_STATUS_GOOD, library->read(handle, block.data(), 63, &length));
        ASSERT_EQ(63, length);
        EXPECT_EQ(SANE_STATUS_INVAL, library->start(handle));
        ASSERT_EQ(SANE_STATUS_GOOD, library->read(handle, block.data(), 1, &length));
        ASSERT_EQ(1, length);
    }
    // one that sends less than it said: the end has to be read
    server.parameters.lines = 9;
    ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
    SANE_Int length = 0;
    ASSERT_EQ(SANE_STATUS_GOOD, library->read(handle, block.data(), 64, &length));
    EXPECT_EQ(SANE_STATUS_INVAL, library->start(handle));
    EXPECT_EQ(SANE_STATUS_EOF, library->read(handle, block.data(), 64, &length));
    // and one that sends more
    server.parameters.lines = 7;
    ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
    ASSERT_EQ(SANE_STATUS_GOOD, library->read(handle, block.data(), 56, &length));
    EXPECT_EQ(SANE_STATUS_INVAL, library->start(handle));
    ASSERT_EQ(SANE_STATUS_GOOD, library->read(handle, block.data(), 64, &length));
    EXPECT_EQ(8, length);
}

TEST_F(BackendTest, ReadBeforeStartAsksTheServer)
{
    init("");
    const auto handle = openDevice();
    SANE_Byte byte;
    SANE_Int length = 3;
    EXPECT_EQ(SANE_STATUS_INVAL, library->read(handle, &byte, 1, &length));
    EXPECT_EQ(0, length);
    EXPECT_EQ(1, server.reads);
    EXPECT_EQ(SANE_STATUS_INVAL, library->set_io_mode(handle, SANE_TRUE));
    EXPECT_EQ(SANE_STATUS_INVAL, library->get_select_fd(handle, &length));
}

TEST_F(BackendTest, SelectDescriptorTellsWhatReadHas)
{
    server.image = pattern(5000);
    server.stall_at = 3000;
    server.chunk_bytes = 1000;
    init("");
    const auto handle = openDevice();
    ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
    ASSERT_EQ(SANE_STATUS_GOOD, library->set_io_mode(handle, SANE_TRUE));
    SANE_Int fd = -1;
    ASSERT_EQ(SANE_STATUS_GOOD, library->get_select_fd(handle, &fd));
    std::size_t total = 0;
    std::array<SANE_Byte, 300> block;
    while (total < 3000) {
        ASSERT_TRUE(eventually([&] { return isReadable(fd); }));
        SANE_Int length = 0;
        ASSERT_EQ(SANE_STATUS_GOOD, library->read(handle, block.data(), block.size(), &length));
        total += static_cast<std::size_t>(length);
    }
    ASSERT_TRUE(eventually([&] { return server.most_reads_waiting >= 1; }));
    SANE_Int length = 9;
    EXPECT_EQ(SANE_STATUS_GOOD, library->read(handle, block.data(), block.size(), &length));
    EXPECT_EQ(0, length);
    EXPECT_FALSE(isReadable(fd));
    library->cancel(handle);
    EXPECT_TRUE(isReadable(fd));
    EXPECT_EQ(SANE_STATUS_CANCELLED, library->read(handle, block.data(), block.size(), &length));
}

// STAR's reply comes when the READs are there.
TEST_F(BackendTest, ReadsTravelWithStartAndAreNoMoreThanTheFrameNeeds)
{
    server.extensions.push_back(extension_many_reads);
    server.image = pattern(200000);
    server.parameters = {0, true, 1000, 1000, 200, 8};
    std::optional<std::vector<std::uint32_t>> held;
    server.hook = [&](FakeClient &client, MessageView message) {
        const auto command = static_cast<Command>(message.command);
        if (command == Command::start) {
            held.emplace();
            return true;
        }
        if (command != Command::read || !held)
            return false;
        ++server.reads;
        held->push_back(decodeReadRequest(message).max_bytes);
        if (held->size() < 5)
            return true;
        encodeStartReply(client.out, {{}, server.parameters, server.byte_order});
        std::span<const std::byte> rest(server.image);
        for (const std::size_t wanted : *held) {
            const auto block = rest.first(std::min(wanted, rest.size()));
            encodeReadReply(client.out, {{block.empty() ? Status::eof : Status::good, ""}, block});
            rest = rest.subspan(block.size());
        }
        held.reset();
        return true;
    };
    init("");
    const auto handle = openDevice();
    SANE_Parameters parameters{};
    ASSERT_EQ(SANE_STATUS_GOOD, library->get_parameters(handle, &parameters));
    for (int frame = 1; frame <= 3; ++frame) {
        ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
        SANE_Status status;
        EXPECT_TRUE(readAll(handle, 32768, status) == server.image) << frame;
        EXPECT_EQ(SANE_STATUS_EOF, status);
        EXPECT_EQ(5 * frame, server.reads);
    }
}

TEST_F(BackendTest, ReadsBehindAStartThatIsRefusedAreForgotten)
{
    server.extensions.push_back(extension_many_reads);
    server.image = pattern(300000);
    server.parameters = {0, true, 1000, 1000, 300, 8};
    server.start_status = Status::no_docs;
    init("");
    const auto handle = openDevice();
    for (int i = 0; i < 3; ++i) {
        server.start_status = Status::no_docs;
        EXPECT_EQ(SANE_STATUS_NO_DOCS, library->start(handle));
        EXPECT_EQ(SANE_STATUS_NO_DOCS, library->start(handle)); // the first one's READs are answered still
        SANE_Byte byte;
        SANE_Int length = 1;
        EXPECT_EQ(SANE_STATUS_INVAL, library->read(handle, &byte, 1, &length));
        EXPECT_EQ(0, length);
        server.start_status = Status::good;
        ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
        SANE_Status status;
        EXPECT_TRUE(readAll(handle, 1000, status) == server.image);
        EXPECT_EQ(SANE_STATUS_EOF, status);
    }
}

TEST_F(BackendTest, DataThatComesBeforeTheParametersIsKept)
{
    server.extensions.push_back(extension_many_reads);
    server.parameters_in_start = false;
    server.image = pattern(10000);
    server.chunk_bytes = 999;
    init("");
    const auto handle = openDevice();
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
        SANE_Status status;
        EXPECT_TRUE(readAll(handle, 100, status) == server.image);
    }
}

TEST_F(BackendTest, AServerThatMayNotKnowGetsNoReadsWithStart)
{
    server.start_status = Status::no_docs;
    init("");
    const auto handle = openDevice();
    EXPECT_EQ(SANE_STATUS_NO_DOCS, library->start(handle));
    SANE_Parameters parameters{};
    EXPECT_EQ(SANE_STATUS_GOOD, library->get_parameters(handle, &parameters));
    EXPECT_EQ(0, server.reads);
}

TEST_F(BackendTest, BusyStartIsHeldBackTheSecondTime)
{
    server.start_status = Status::device_busy;
    init("");
    const auto handle = openDevice();
    const auto begin = Clock::now();
    EXPECT_EQ(SANE_STATUS_DEVICE_BUSY, library->start(handle));
    EXPECT_LT(Clock::now() - begin, 2s);
    EXPECT_EQ(SANE_STATUS_DEVICE_BUSY, library->start(handle));
    EXPECT_GE(Clock::now() - begin, 2400ms);
    server.start_status = Status::no_docs;
    EXPECT_EQ(SANE_STATUS_NO_DOCS, library->start(handle));
}

} // namespace netsane::test
