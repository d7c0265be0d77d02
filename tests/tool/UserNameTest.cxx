#include "tool/passwd/UserName.hxx"

#include <gtest/gtest.h>

using namespace netsane;

TEST(UserName, TakesNamesOfPeople)
{
    for (const std::string name : {"a", "alice", "Alice.B", "alice@example.org", "a-b_c+d", "DOM\\eve", "j\xc3\xbcrgen",
                                   "\xe6\x9d\x8e", "\xf0\x9f\x96\xa8", "anonymous2", "a#b", "x*"})
        EXPECT_EQ(userNameFault(name), "") << name;
    EXPECT_EQ(userNameFault(std::string(max_user_name_bytes, 'x')), "");
}

TEST(UserName, SaysWhyItRefuses)
{
    const struct {
        std::string name;
        const char *reason;
    } table[] = {
        {"", "empty"},
        {std::string(max_user_name_bytes + 1, 'x'), "longer than 255"},
        {"a:b", "colon"},
        {"#alice", "begin with \"#\""},
        {"@staff", "begin with \"@\""},
        {"!alice", "begin with \"!\""},
        {"*", "begin with \"*\""},
        {"-alice", "begin with \"-\""},
        {"anonymous", "isn't logged in"},
        {"a b", "space"},
        {" alice", "space"},
        {"alice ", "space"},
        {"a\xc2\xa0"
         "b",
         "space"},
        {"a\xe2\x80\x8b", "space"}, // of no width
        {"a\nb", "control"},
        {"a\tb", "control"},
        {std::string("a\0b", 3), "control"},
        {"a\x7f", "control"},
        {"a\xc2\x85", "control"},     // U+0085
        {"a\xe2\x80\xae", "control"}, // turns the direction
        {"\xff", "UTF-8"},
        {"a\x80", "UTF-8"},
        {"a\xc3", "UTF-8"},
        {"a\xc3(", "UTF-8"},
        {"\xc0\xba", "UTF-8"},         // a colon in two bytes
        {"\xe0\x80\xba", "UTF-8"},     // in three
        {"\xed\xa0\x80", "UTF-8"},     // a surrogate
        {"\xf4\x90\x80\x80", "UTF-8"}, // above U+10FFFF
        {"\xf0\x80\x80\xba", "UTF-8"},
    };
    for (const auto &row : table)
        EXPECT_NE(userNameFault(row.name).find(row.reason), std::string::npos)
            << row.name << ": " << userNameFault(row.name);
}
