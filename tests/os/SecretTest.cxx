#include "os/Secret.hxx"

#include "os/UniqueFd.hxx"

#include <cstdio>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <utility>

namespace netsane {

namespace {

std::string_view textOf(const SecureBytes &bytes)
{
    return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

UniqueFd fileWith(std::string_view text)
{
    char name[] = "/tmp/netsane-test-XXXXXX";
    UniqueFd fd(::mkstemp(name));
    ::unlink(name);
    EXPECT_EQ(static_cast<ssize_t>(text.size()), ::write(fd.get(), text.data(), text.size()));
    ::lseek(fd.get(), 0, SEEK_SET);
    return fd;
}

} // namespace

TEST(Secret, CopiesAreIndependent)
{
    Secret first("horse");
    Secret second = first;
    first = Secret("");
    EXPECT_TRUE(first == "");
    EXPECT_TRUE(second == "horse");
    EXPECT_STREQ("horse", second.c_str());
    EXPECT_EQ(5U, second.size());
    first = second;
    EXPECT_TRUE(first == "horse");
    EXPECT_NE(first.c_str(), second.c_str());
}

TEST(Secret, MovedFromIsEmpty)
{
    Secret first("horse");
    const Secret second = std::move(first);
    EXPECT_TRUE(second == "horse");
    EXPECT_EQ(0U, first.size()); // NOLINT(bugprone-use-after-move): what is tested
    EXPECT_STREQ("", first.c_str());
}

TEST(WipeText, OverwritesTheWholeBuffer)
{
    std::string text = "a password of more bytes than a small string has";
    text.resize(5);
    const char *const buffer = text.data();
    wipeText(text);
    EXPECT_TRUE(text.empty());
    EXPECT_EQ(buffer, text.data());
    for (std::size_t i = 0; i < 48; ++i)
        EXPECT_EQ('\0', buffer[i]) << i;
}

TEST(ReadSecretFile, GivesAllOfAFileUpToTheLimit)
{
    for (const std::string_view text : {"", "a", "user:password"}) {
        const auto fd = fileWith(text);
        const auto bytes = readSecretFile(fd.get(), 13);
        ASSERT_TRUE(bytes);
        EXPECT_EQ(text, textOf(*bytes));
    }
    EXPECT_FALSE(readSecretFile(fileWith("user:password!").get(), 13));
}

// Files that don't tell their size: more may come than was announced.
TEST(ReadSecretFile, RefusesWhatIsLongerThanAnnounced)
{
    const UniqueFd fd(::open("/proc/self/status", O_RDONLY | O_CLOEXEC));
    ASSERT_TRUE(fd);
    EXPECT_FALSE(readSecretFile(fd.get(), 65536));
}

TEST(ReadSecretFile, SaysWhyItFails)
{
    EXPECT_THROW(readSecretFile(-1, 10), std::system_error);
    const UniqueFd folder(::open("/", O_RDONLY | O_CLOEXEC | O_DIRECTORY));
    EXPECT_THROW(readSecretFile(folder.get(), 1 << 20), std::system_error);
}

} // namespace netsane
