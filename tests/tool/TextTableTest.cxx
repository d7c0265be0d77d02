#include "tool/control/TextTable.hxx"

#include <gtest/gtest.h>

using namespace netsane;

using Lines = std::vector<std::string>;
using Align = TextTable::Align;

TEST(TextTable, IsAsWideAsItsCells)
{
    TextTable table({{"ID", Align::right}, {"NAME"}, {"X"}});
    table.add({"1", "alice", "-"});
    table.add({"12", "j\xc3\xb6rg", ""});
    EXPECT_EQ(table.lines(80), (Lines{"  ID  NAME   X", "   1  alice  -", "  12  j\xc3\xb6rg"}));
}

TEST(TextTable, CutsTheWidestThatMayShrink)
{
    TextTable table({{"A", Align::left, true}, {"B", Align::left, true}, {"C"}});
    table.add({std::string(20, 'a'), std::string(10, 'b'), std::string(5, 'c')});
    EXPECT_EQ(table.lines(31)[1], "  aaaaaaaaa\xe2\x80\xa6  bbbbbbbbbb  ccccc");
    EXPECT_EQ(table.lines(27)[1], "  aaaaaaa\xe2\x80\xa6  bbbbbbb\xe2\x80\xa6  ccccc");
    EXPECT_EQ(table.lines(5)[1], "  aaaaa\xe2\x80\xa6  bbbbb\xe2\x80\xa6  ccccc") << "and not more";
}

TEST(TextTable, ShowsNothingHarmful)
{
    TextTable table({{"A"}});
    table.add({"a\x1b[2Jb\nc"});
    EXPECT_EQ(table.lines(80)[1], "  a?[2Jb?c");
}

TEST(ShownText, KeepsWhatIsText)
{
    EXPECT_EQ(shownText("j\xc3\xb6rg \xe2\x82\xac"), "j\xc3\xb6rg \xe2\x82\xac");
    EXPECT_EQ(shownText("a\xff\xc2\x9b\x7f"), "a???");
    EXPECT_EQ(shownText("a\xe2\x80\xae"
                        "b\xe2\x81\xa6"
                        "c\xe2\x80\x8b"),
              "a?b?c?");
}

TEST(CutTo, CountsCharacters)
{
    EXPECT_EQ(cutTo("abc", 3), "abc");
    EXPECT_EQ(cutTo("abcd", 3), "ab\xe2\x80\xa6");
    EXPECT_EQ(cutTo("\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6", 3), "\xc3\xb6\xc3\xb6\xe2\x80\xa6");
    EXPECT_EQ(cutTo("", 0), "");
}
