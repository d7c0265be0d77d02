#include "util/Utf8.hxx"

#include <gtest/gtest.h>
#include <vector>

using namespace netsane;

namespace {

constexpr char32_t none = 0xffffffff;

std::vector<char32_t> characters(std::string_view text)
{
    std::vector<char32_t> list;
    while (!text.empty())
        list.push_back(takeUtf8(text).value_or(none));
    return list;
}

using List = std::vector<char32_t>;

} // namespace

TEST(Utf8, TakesCharactersOfEachLength)
{
    EXPECT_EQ(characters("a\xc3\xb6\xe2\x82\xac\xf0\x9f\x96\xa8z"), (List{'a', 0xf6, 0x20ac, 0x1f5a8, 'z'}));
    EXPECT_EQ(characters("\xf4\x8f\xbf\xbf"), List{0x10ffff});
    EXPECT_EQ(characters(std::string_view("\0", 1)), List{0});
}

TEST(Utf8, TakesOneByteOfWhatIsNone)
{
    EXPECT_EQ(characters("\x80"), List{none});
    EXPECT_EQ(characters("\xc3"), List{none});
    EXPECT_EQ(characters("\xc3z"), (List{none, 'z'}));
    EXPECT_EQ(characters("\xe2\x82z"), (List{none, none, 'z'}));
    EXPECT_EQ(characters("\xc0\xaf"), (List{none, none})) << "longer than needed";
    EXPECT_EQ(characters("\xe0\x80\xaf"), (List{none, none, none}));
    EXPECT_EQ(characters("\xed\xa0\x80"), (List{none, none, none})) << "half of a pair";
    EXPECT_EQ(characters("\xf4\x90\x80\x80"), (List{none, none, none, none})) << "above 10FFFF";
    EXPECT_EQ(characters("\xff\xfe"), (List{none, none}));
}
