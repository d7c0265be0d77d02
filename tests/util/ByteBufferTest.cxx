#include "util/ByteBuffer.hxx"
#include "../util/Hex.hxx"
#include "util/ByteOrder.hxx"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <malloc.h>
#include <new>
#include <random>

using namespace netsane;

namespace {

constexpr std::byte secret_byte{0xa7};
unsigned secrets_freed = 0; // blocks that had a row of such bytes in them

} // namespace

void *operator new[](std::size_t size)
{
    if (void *const block = std::malloc(std::max<std::size_t>(size, 1)))
        return block;
    throw std::bad_alloc();
}

void operator delete[](void *block) noexcept
{
    const std::size_t size = block ? ::malloc_usable_size(block) : 0;
    const std::span bytes(static_cast<const std::byte *>(block), size);
    if (std::search_n(bytes.begin(), bytes.end(), 10, secret_byte) != bytes.end())
        ++secrets_freed;
    std::free(block);
}

void operator delete[](void *block, std::size_t) noexcept
{
    operator delete[](block);
}

TEST(ByteBuffer, BeginsEmptyWithoutMemory)
{
    const ByteBuffer buffer;
    EXPECT_TRUE(buffer.empty());
    EXPECT_EQ(buffer.size(), 0u);
    EXPECT_EQ(buffer.capacity(), 0u);
    EXPECT_TRUE(buffer.data().empty());
}

TEST(ByteBuffer, KeepsOrderThroughAppendAndConsume)
{
    // Against a deque, with sizes that make it grow, move to the front and run empty.
    std::mt19937 random(1997);
    ByteBuffer buffer;
    std::deque<std::byte> model;
    for (int step = 0; step < 5000; ++step) {
        std::vector<std::byte> bytes(random() % 700);
        for (auto &byte : bytes)
            byte = static_cast<std::byte>(random());
        buffer.append(bytes);
        model.insert(model.end(), bytes.begin(), bytes.end());
        const std::size_t count = random() % 3 == 0 ? model.size() : random() % (model.size() + 1);
        buffer.consume(count);
        model.erase(model.begin(), model.begin() + static_cast<std::ptrdiff_t>(count));
        const auto data = buffer.data();
        ASSERT_TRUE(std::equal(data.begin(), data.end(), model.begin(), model.end())) << "step " << step;
        ASSERT_LE(buffer.capacity(), 16384u) << "grows though it is emptied";
    }
}

TEST(ByteBuffer, PrepareGivesRoomAndKeepsData)
{
    ByteBuffer buffer;
    buffer.append(toBytes("abc"));
    for (const std::size_t room : {std::size_t{1}, std::size_t{509}, std::size_t{510}, std::size_t{100'000}}) {
        EXPECT_GE(buffer.prepare(room).size(), room);
        EXPECT_EQ(toHex(buffer.data()), "616263");
    }
    EXPECT_GE(ByteBuffer().prepare(0).size(), 0u);
}

TEST(ByteBuffer, CommitsLessThanPrepared)
{
    ByteBuffer buffer;
    std::ranges::copy(toBytes("hello"), buffer.prepare(100).begin());
    buffer.commit(2);
    EXPECT_EQ(toHex(buffer.data()), "6865");
}

TEST(ByteBuffer, RefusesImpossibleSizes)
{
    ByteBuffer buffer;
    buffer.append(toBytes("abc"));
    EXPECT_THROW(buffer.prepare(SIZE_MAX), std::bad_alloc);
    EXPECT_THROW(buffer.prepare(SIZE_MAX / 2), std::bad_alloc);
    EXPECT_EQ(toHex(buffer.data()), "616263");
}

TEST(ByteBuffer, TruncatesTheNewest)
{
    ByteBuffer buffer;
    buffer.append(toBytes("abcdef"));
    buffer.consume(2);
    buffer.truncate(3);
    EXPECT_EQ(toHex(buffer.data()), "636465");
    buffer.truncate(0);
    EXPECT_TRUE(buffer.empty());
}

TEST(ByteBuffer, MovesAndLeavesTheOtherUsable)
{
    ByteBuffer first;
    first.append(toBytes("abc"));
    ByteBuffer second(std::move(first));
    EXPECT_EQ(toHex(second.data()), "616263");
    EXPECT_TRUE(first.empty()); // NOLINT(bugprone-use-after-move): that is what is tested
    first.append(toBytes("x"));
    second = std::move(first);
    EXPECT_EQ(toHex(second.data()), "78");
    EXPECT_EQ(first.capacity(), 0u); // NOLINT(bugprone-use-after-move)
}

TEST(ByteBuffer, ShrinksOnlyWhenEmptyAndLarge)
{
    ByteBuffer buffer;
    buffer.append(std::vector<std::byte>(10'000));
    buffer.shrinkIfEmpty(100);
    EXPECT_EQ(buffer.size(), 10'000u);
    buffer.clear();
    buffer.shrinkIfEmpty(100'000);
    EXPECT_GE(buffer.capacity(), 10'000u);
    buffer.shrinkIfEmpty(100);
    EXPECT_EQ(buffer.capacity(), 0u);
    buffer.append(toBytes("abc"));
    EXPECT_EQ(toHex(buffer.data()), "616263");
}

TEST(ByteBuffer, LeavesNoSecretBehind)
{
    // A part of the buffer's block that isn't in use, as whoever reads the memory sees it.
    const auto zeros = [](std::span<const std::byte> place) {
        return std::ranges::all_of(place, [](std::byte b) { return b == std::byte{0}; });
    };
    const std::vector<std::byte> secret(100, secret_byte);
    secrets_freed = 0;
    {
        ByteBuffer buffer(ByteBuffer::Contents::secret);
        buffer.append(secret);
        const auto first = buffer.data();
        buffer.consume(60);
        EXPECT_TRUE(zeros(first.first(60)));
        buffer.truncate(30);
        EXPECT_TRUE(zeros(first.last(10)));
        EXPECT_EQ(buffer.data()[0], secret_byte);
        buffer.prepare(buffer.capacity() - 40); // moves to the front
        EXPECT_EQ(buffer.data().data(), first.data());
        EXPECT_TRUE(zeros(first.subspan(30)));
        buffer.prepare(buffer.capacity()); // grows
        EXPECT_EQ(buffer.data()[29], secret_byte);
        ByteBuffer other(std::move(buffer));
        const ByteBuffer last(std::move(other));
        EXPECT_EQ(last.size(), 30u);
    }
    EXPECT_EQ(secrets_freed, 0u);
    { // as others do
        ByteBuffer buffer;
        buffer.append(secret);
    }
    EXPECT_EQ(secrets_freed, 1u);
}

TEST(ByteOrder, IsNetworkOrderAtAnyAlignment)
{
    std::byte bytes[8] = {};
    for (int offset = 0; offset < 4; ++offset) {
        storeBigEndian32(bytes + offset, 0x01fe0380);
        EXPECT_EQ(toHex({bytes + offset, 4}), "01fe0380");
        EXPECT_EQ(loadBigEndian32(bytes + offset), 0x01fe0380u);
    }
    storeBigEndian32(bytes, 0xffffffff);
    EXPECT_EQ(loadBigEndian32(bytes), 0xffffffffu);
}
