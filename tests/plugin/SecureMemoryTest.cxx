#include "plugin/SecureMemory.hxx"

#include "plugin/LoaderEnvironment.hxx"
#include "plugin/Printable.hxx"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <new>
#include <string>
#include <utility>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define NETSANE_HAS_ASAN
#endif
#endif

namespace netsane {
namespace {

/// The flags of the mapping that an address lies in (proc(5), VmFlags).
std::string mappingFlags(const void *address)
{
    std::ifstream maps("/proc/self/smaps");
    const auto wanted = reinterpret_cast<uintptr_t>(address);
    bool inside = false;
    for (std::string line; std::getline(maps, line);) {
        unsigned long from = 0;
        unsigned long to = 0;
        if (std::sscanf(line.c_str(), "%lx-%lx ", &from, &to) == 2)
            inside = wanted >= from && wanted < to;
        else if (inside && line.starts_with("VmFlags:"))
            return line;
    }
    return {};
}

TEST(SecureBytes, IsZeroedAndLeftOutOfDumps)
{
    SecureBytes block(100);
    EXPECT_EQ(block.size(), 100U);
    EXPECT_TRUE(std::ranges::all_of(block.bytes(), [](std::byte byte) { return byte == std::byte{0}; }));
    const std::string flags = mappingFlags(block.data());
    if (flags.empty())
        GTEST_SKIP() << "no VmFlags in /proc/self/smaps";
    EXPECT_NE(flags.find(" dd"), std::string::npos) << flags;
#if !defined(__SANITIZE_ADDRESS__) && !defined(NETSANE_HAS_ASAN) // which makes mlock(2) do nothing
    EXPECT_EQ(flags.find(" lo") != std::string::npos, block.isLocked()) << flags;
#endif
}

TEST(SecureBytes, WipesWhatShrinkingCutsOff)
{
    SecureBytes block(8);
    std::ranges::fill(block.bytes(), std::byte{1});
    block.shrink(3);
    EXPECT_EQ(block.size(), 3U);
    EXPECT_EQ(block.data()[2], std::byte{1});
    EXPECT_EQ(block.data()[3], std::byte{0});
    block.shrink(5);
    EXPECT_EQ(block.size(), 3U);
}

TEST(SecureBytes, MovesItsMemory)
{
    SecureBytes block(8);
    const std::byte *const data = block.data();
    SecureBytes other(std::move(block));
    EXPECT_EQ(other.data(), data);
    EXPECT_EQ(block.data(), nullptr); // NOLINT(bugprone-use-after-move)
    block = std::move(other);
    EXPECT_EQ(block.data(), data);
}

TEST(SecureBytes, RefusesImpossibleSizes)
{
    EXPECT_THROW(SecureBytes(SIZE_MAX), std::bad_alloc);
    EXPECT_THROW(SecureBytes(SIZE_MAX / 2), std::bad_alloc);
    EXPECT_EQ(SecureBytes(0).data(), nullptr);
}

TEST(SecureMemory, ComparesAllBytes)
{
    const std::array a{std::byte{1}, std::byte{2}, std::byte{3}};
    for (size_t i = 0; i < a.size(); ++i) {
        auto b = a;
        EXPECT_TRUE(constantTimeEqual(a, b));
        b[i] ^= std::byte{0x80};
        EXPECT_FALSE(constantTimeEqual(a, b)) << i;
    }
    EXPECT_FALSE(constantTimeEqual(a, std::span(a).first(2)));
    EXPECT_TRUE(constantTimeEqual({}, {}));
}

TEST(SecureMemory, Wipes)
{
    std::array a{std::byte{1}, std::byte{2}};
    wipe(a);
    EXPECT_EQ(a, (std::array{std::byte{0}, std::byte{0}}));
    wipe({});
}

TEST(LoaderEnvironment, ForgetsWhatTheLoadersHeed)
{
    ::setenv("LTDL_LIBRARY_PATH", "/evil", 1);
    ::setenv("LD_NETSANE_A", "1", 1);
    ::setenv("LD_NETSANE_B", "1", 1);
    ::setenv("LDFLAGS_NETSANE", "kept", 1);
    clearLoaderEnvironment();
    EXPECT_EQ(::getenv("LTDL_LIBRARY_PATH"), nullptr);
    EXPECT_EQ(::getenv("LD_NETSANE_A"), nullptr);
    EXPECT_EQ(::getenv("LD_NETSANE_B"), nullptr);
    EXPECT_STREQ(::getenv("LDFLAGS_NETSANE"), "kept");
}

TEST(Printable, ReplacesControlCharacters)
{
    EXPECT_EQ(printable(std::string_view("a\nb\033[1m\x7f"), 100), "a?b?[1m?");
    EXPECT_EQ(printable(std::string_view("a\nb\r"), 100, LineEnds::Keep), "a\nb?");
    EXPECT_EQ(printable(std::string_view("\xc2\x9b"
                                         "1m \xc3\xa9"),
                        100),
              "?1m \xc3\xa9");
    EXPECT_EQ(printable(std::string_view("abcdef"), 3), "abc");
    EXPECT_EQ(printable(static_cast<const char *>(nullptr), 3), "");
    const std::array unterminated{'a', 'b', 'c'};
    EXPECT_EQ(printable(unterminated.data(), 3), "abc");
}

} // namespace
} // namespace netsane
