#include "tool/passwd/PasswordReader.hxx"
#include "os/UniqueFd.hxx"
#include "tool/ToolError.hxx"
#include "tool/passwd/PasswordScheme.hxx"

#include <gtest/gtest.h>

#include <unistd.h>

using namespace netsane;

namespace {

// A pipe that holds the text and has no writer any more.
UniqueFd inputOf(const std::string &text)
{
    int fds[2];
    EXPECT_EQ(::pipe(fds), 0);
    UniqueFd read_end(fds[0]);
    const UniqueFd write_end(fds[1]);
    EXPECT_EQ(::write(write_end.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
    return read_end;
}

std::string readFrom(const std::string &text)
{
    return std::string(readPasswordLine(inputOf(text).get()).view());
}

std::string refusalOf(const std::string &text)
{
    try {
        return "taken: " + readFrom(text);
    } catch (const ToolError &error) {
        return error.what();
    }
}

} // namespace

TEST(PasswordReader, TakesOffOneLineEnd)
{
    EXPECT_EQ(readFrom("secret\n"), "secret");
    EXPECT_EQ(readFrom("secret"), "secret") << "the end of the input ends the line too";
    EXPECT_EQ(readFrom("secret\n\n"), "secret");
    EXPECT_EQ(readFrom(" two words \n"), " two words ") << "blanks are part of it";
    EXPECT_EQ(readFrom("p\xc3\xa4ss\n"), "p\xc3\xa4ss");
}

TEST(PasswordReader, LeavesTheNextLineAlone)
{
    const auto input = inputOf("first\nsecond\n");
    EXPECT_EQ(readPasswordLine(input.get()).view(), "first");
    EXPECT_EQ(readPasswordLine(input.get()).view(), "second");
}

TEST(PasswordReader, TakesWhatCryptTakesAndNoMore)
{
    const std::string longest(max_password_bytes, 'x');
    EXPECT_EQ(readFrom(longest + "\n"), longest);
    EXPECT_EQ(readFrom(longest), longest);
    EXPECT_NE(refusalOf(longest + "x\n").find("longer than 511"), std::string::npos);
    EXPECT_NE(refusalOf(longest + "xyz").find("longer than 511"), std::string::npos);
}

TEST(PasswordReader, RefusesWhatIsNoPassword)
{
    for (const std::string text : {"", "\n", "\nsecret\n"})
        EXPECT_NE(refusalOf(text).find("empty"), std::string::npos) << refusalOf(text);
    for (const std::string &text : {std::string("a\0b\n", 4), std::string("a\0", 2), std::string("secret\r\n"),
                                    std::string("\x1b[A\n"), std::string("a\x7f\n")})
        EXPECT_NE(refusalOf(text).find("control character"), std::string::npos) << refusalOf(text);
}
