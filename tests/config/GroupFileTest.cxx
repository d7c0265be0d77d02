#include "config/GroupFile.hxx"
#include "config/ConfigError.hxx"

#include <gtest/gtest.h>

using namespace netsane;

namespace {

GroupFile parse(const std::string &text)
{
    return GroupFile(text, "groups");
}

std::string errorOf(const std::string &text)
{
    try {
        parse(text);
        return "no error";
    } catch (const ConfigError &error) {
        return error.what();
    }
}

} // namespace

TEST(GroupFile, ReadsGroupsAndMembers)
{
    const auto groups = parse("# all of us\n"
                              "\n"
                              " \t \n"
                              "staff: alice bob\n"
                              "  guests:\tcarol\t dave # and no more\n"
                              "nobody:\n"
                              "tight:alice");
    EXPECT_EQ(groups.size(), 4U);
    EXPECT_TRUE(groups.names("staff"));
    EXPECT_TRUE(groups.names("nobody"));
    EXPECT_FALSE(groups.names("alice"));
    EXPECT_FALSE(groups.names(""));
    EXPECT_TRUE(groups.isMember("alice", "staff"));
    EXPECT_TRUE(groups.isMember("bob", "staff"));
    EXPECT_FALSE(groups.isMember("carol", "staff"));
    EXPECT_TRUE(groups.isMember("dave", "guests"));
    EXPECT_FALSE(groups.isMember("and", "guests"));
    EXPECT_FALSE(groups.isMember("#", "guests"));
    EXPECT_TRUE(groups.isMember("alice", "tight"));
    EXPECT_FALSE(groups.isMember("alice", "nobody"));
    EXPECT_FALSE(groups.isMember("alice", "other"));
}

TEST(GroupFile, AnEmptyFileHasNoGroups)
{
    EXPECT_EQ(parse("").size(), 0U);
    EXPECT_EQ(parse("\n#\n").size(), 0U);
    EXPECT_EQ(GroupFile().size(), 0U);
}

TEST(GroupFile, NamesAreTakenByteForByte)
{
    const auto groups = parse("B\xc3\xbcro: a#b j\xc3\xbcrgen DOM\\eve\n");
    EXPECT_TRUE(groups.isMember("a#b", "B\xc3\xbcro")) << "# within a word is part of it";
    EXPECT_TRUE(groups.isMember("j\xc3\xbcrgen", "B\xc3\xbcro"));
    EXPECT_TRUE(groups.isMember("DOM\\eve", "B\xc3\xbcro"));
    EXPECT_FALSE(groups.isMember("A#B", "B\xc3\xbcro"));
    EXPECT_FALSE(groups.names("b\xc3\xbcro"));
}

TEST(GroupFile, RefusesWhatIsNotALineOfAGroup)
{
    const std::string long_name(GroupFile::max_name_bytes + 1, 'x');
    const struct {
        std::string line;
        const char *reason;
    } table[] = {
        {"staff alice bob", "no colon"},
        {"staff : alice", "no colon"},
        {"staff", "no colon"},
        {": alice", "missing"},
        {"@staff: alice", "without its @"},
        {"staff: @guests", "no groups in groups"},
        {"staff: *", "meaning"},
        {"staff: anonymous", "meaning"},
        {"staff: alice, bob", "comma"},
        {"staff: alice,bob", "comma"},
        {"staff: alice bob alice", "twice"},
        {"staff: alice guests: bob", "second colon"},
        {"staff:: alice", "second colon"},
        {"staff: alice\r", "control character"},
        {std::string("staff: a\0b", 10), "control character"},
        {"st\x7f"
         "aff: alice",
         "control character"},
        {long_name + ": alice", "too long"},
        {"staff: " + long_name, "too long"},
    };
    for (const auto &row : table) {
        const auto error = errorOf("# first\n" + row.line + "\nlast: bob\n");
        EXPECT_TRUE(error.starts_with("groups:2: ")) << row.line << "\n" << error;
        EXPECT_NE(error.find(row.reason), error.npos) << row.line << "\n" << error;
    }
    EXPECT_EQ(errorOf("a: x\nb: y\na: z\n"), "groups:3: the group a has a line already");
}

TEST(GroupFile, SurvivesCuttingAnywhere)
{
    const std::string text = "# c\nstaff: alice bob # x\n\nguests:\tcarol\n";
    for (std::size_t size = 0; size <= text.size(); ++size) {
        try {
            EXPECT_LE(parse(text.substr(0, size)).size(), 2U);
        } catch (const ConfigError &) {
        }
    }
}

TEST(GroupFile, GoesBeforeTheSystemsGroups)
{
    const auto system = [](const std::string &user, const std::string &group) {
        return user == "alice" && (group == "staff" || group == "wheel");
    };
    const auto lookup = lookupIn(parse("staff: bob\nempty:\n"), system);
    EXPECT_TRUE(lookup("bob", "staff"));
    EXPECT_FALSE(lookup("alice", "staff")) << "what the file names is what the file says";
    EXPECT_TRUE(lookup("alice", "wheel"));
    EXPECT_FALSE(lookup("bob", "wheel"));
    EXPECT_FALSE(lookup("alice", "empty"));
}
