#include "tool/Completion.hxx"

#include <CLI/CLI.hpp>
#include <gtest/gtest.h>

namespace netsane {

namespace {

class CompletionTest : public ::testing::Test {
protected:
    CompletionTest()
    {
        app_.add_flag("--verbose", flag_, "Say more.");
        auto *const scan = app_.add_subcommand("scan", "Scan.\nAnd more.");
        scan->add_option("DEVICE", text_, "a device")->required();
        scan->add_option("-o,--output", text_, "The file.")->type_name("FILE");
        scan->add_option("--pages", number_, "How many.")->type_name("NUMBER");
        scan->add_flag("--batch", flag_, "Many.");
        app_.add_subcommand("secret", "Hidden.")->group("");
        app_.add_subcommand("show", "Show.")->add_option("FILE", text_, "a file");
    }

    std::string completed(const std::vector<std::string> &words)
    {
        return completionText(complete(app_, words, [] { return std::vector<std::string>{"netsane:a:b", "test:0"}; }));
    }

    CLI::App app_;
    std::string text_;
    int number_ = 0;
    bool flag_ = false;
};

} // namespace

TEST_F(CompletionTest, CommandsWithTheirSummaries)
{
    EXPECT_EQ(completed({"netsane", ""}), "scan\tScan.\nshow\tShow.\n");
    EXPECT_EQ(completed({"netsane", "sh"}), "show\tShow.\n");
    EXPECT_EQ(completed({"netsane", "--verbose", "sc"}), "scan\tScan.\n");
    EXPECT_EQ(completed({"netsane", "x"}), "");
    EXPECT_EQ(completed({"netsane"}), "");
}

TEST_F(CompletionTest, OptionsOfACommand)
{
    EXPECT_EQ(completed({"netsane", "scan", "--b"}), "--batch\tMany.\n");
    EXPECT_EQ(completed({"netsane", "--v"}), "--verbose\tSay more.\n");
    EXPECT_EQ(completed({"netsane", "nothing", "--b"}), "");
}

TEST_F(CompletionTest, ValuesByTheirKind)
{
    EXPECT_EQ(completed({"netsane", "scan", ""}), "netsane:a:b\ntest:0\n");
    EXPECT_EQ(completed({"netsane", "scan", "--batch", "net"}), "netsane:a:b\n");
    EXPECT_EQ(completed({"netsane", "scan", "test:0", ""}), "");
    EXPECT_EQ(completed({"netsane", "scan", "--pages", ""}), "");
    EXPECT_EQ(completed({"netsane", "scan", "--pages", "3", "te"}), "test:0\n");
    EXPECT_EQ(completed({"netsane", "scan", "-o", ""}), ":files\n");
    EXPECT_EQ(completed({"netsane", "show", "x"}), ":files\n");
}

} // namespace netsane
