#include "plugins/auth/common/SipHash.hxx"

#include <gtest/gtest.h>
#include <string>

namespace netsane {
namespace {

constexpr SipHash::Key paper_key{0x0706050403020100, 0x0f0e0d0c0b0a0908};

std::string counting(size_t size)
{
    std::string bytes;
    for (size_t i = 0; i < size; ++i)
        bytes += static_cast<char>(i);
    return bytes;
}

TEST(SipHash, GivesTheValuesOfItsAuthors)
{
    const struct {
        size_t size;
        uint64_t value;
    } rows[] = {{0, 0x726fdb47dd0e0e31}, {1, 0x74f839c593dc67fd}, {8, 0x93f5f5799a932462}, {15, 0xa129ca6149be45e5}};
    for (const auto &row : rows) {
        SipHash hash(paper_key);
        hash.add(counting(row.size));
        EXPECT_EQ(hash.finish(), row.value) << row.size;
    }
}

TEST(SipHash, IsTheSameInPieces)
{
    for (size_t cut = 0; cut <= 15; ++cut) {
        SipHash hash(paper_key);
        const std::string bytes = counting(15);
        hash.add(std::string_view(bytes).substr(0, cut));
        hash.add(std::string_view(bytes).substr(cut));
        EXPECT_EQ(hash.finish(), 0xa129ca6149be45e5) << cut;
    }
}

TEST(SipHash, TellsWhereATextEnds)
{
    const auto hashOf = [](std::string_view first, std::string_view second) {
        SipHash hash(paper_key);
        hash.addText(first);
        hash.addText(second);
        return hash.finish();
    };
    EXPECT_NE(hashOf("ab", "c"), hashOf("a", "bc"));
    EXPECT_NE(hashOf("abc", ""), hashOf("", "abc"));
    EXPECT_EQ(hashOf("ab", "c"), hashOf("ab", "c"));
}

} // namespace
} // namespace netsane
