#include "device/BlockQueue.hxx"

#include <gtest/gtest.h>

#include <cstring>

namespace netsane::test {

namespace {

const BlockQueue::Clock::time_point now{};

} // namespace

TEST(BlockQueue, GathersSmallReadsInABlock)
{
    BlockQueue queue;
    EXPECT_TRUE(queue.front().empty());
    for (int i = 0; i < 100; ++i) {
        const auto room = queue.room();
        ASSERT_GE(room.size(), BlockQueue::min_room_bytes);
        room[0] = static_cast<std::byte>(i);
        queue.commit(1, now);
    }
    ASSERT_EQ(queue.front().size(), 100U);
    EXPECT_EQ(queue.front()[99], std::byte{99});
    EXPECT_FALSE(queue.isFrontComplete());
}

TEST(BlockQueue, OffersNoRoomWhenAllBlocksAreFull)
{
    BlockQueue queue;
    for (std::size_t i = 0; i < BlockQueue::block_count; ++i) {
        ASSERT_TRUE(queue.hasRoom());
        queue.commit(queue.room().size(), now);
    }
    EXPECT_FALSE(queue.hasRoom());
    EXPECT_TRUE(queue.room().empty());
    queue.consume(BlockQueue::block_bytes - 1);
    EXPECT_FALSE(queue.hasRoom());
    queue.consume(1);
    EXPECT_TRUE(queue.hasRoom());
}

TEST(BlockQueue, KeepsBytesInOrder)
{
    BlockQueue queue;
    std::size_t written = 0;
    std::size_t read = 0;
    for (int round = 0; round < 2000; ++round) {
        if (queue.hasRoom()) {
            const auto room = queue.room();
            const auto length = std::min<std::size_t>(room.size(), 1 + static_cast<std::size_t>(round) * 7919 % 50000);
            for (std::size_t i = 0; i < length; ++i)
                room[i] = static_cast<std::byte>(written++ % 251);
            queue.commit(length, now);
        }
        const auto front = queue.front();
        const auto length = std::min<std::size_t>(front.size(), static_cast<std::size_t>(round) * 104729 % 40000);
        for (std::size_t i = 0; i < length; ++i)
            ASSERT_EQ(front[i], static_cast<std::byte>(read++ % 251));
        queue.consume(length);
    }
    EXPECT_GT(read, 1U << 20);
}

TEST(BlockQueue, WritingDoesNotMoveTheFront)
{
    BlockQueue queue;
    std::memset(queue.room().data(), 1, 10);
    queue.commit(10, now);
    const auto front = queue.front();
    const auto room = queue.room(); // the other thread reads into this
    queue.consume(10);
    std::memset(room.data(), 2, 10);
    queue.commit(10, now);
    EXPECT_EQ(queue.front().data(), front.data() + 10);
    EXPECT_EQ(queue.front()[0], std::byte{2});
}

TEST(BlockQueue, IsNotCompleteOnceAFullBlockIsConsumed)
{
    BlockQueue queue;
    queue.room();
    queue.commit(BlockQueue::block_bytes - 1, now);
    EXPECT_TRUE(queue.isFrontComplete());
    queue.consume(BlockQueue::block_bytes - 1);
    EXPECT_FALSE(queue.isFrontComplete()) << "a reader has to wait for more";
    EXPECT_EQ(queue.room().size(), BlockQueue::block_bytes);
}

TEST(BlockQueue, KnowsTheAgeOfItsOldestByte)
{
    BlockQueue queue;
    queue.room();
    queue.commit(5, now + std::chrono::seconds(1));
    queue.room();
    queue.commit(5, now + std::chrono::seconds(2));
    EXPECT_EQ(queue.frontTime(), now + std::chrono::seconds(1));
}

} // namespace netsane::test
