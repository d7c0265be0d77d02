#include "tool/scan/OutputNames.hxx"
#include "tool/ToolError.hxx"

#include <gtest/gtest.h>

using namespace netsane;

TEST(OutputNames, NumbersPages)
{
    EXPECT_EQ(OutputNames("page-%d.png").nameOf(7), "page-7.png");
    EXPECT_EQ(OutputNames("page-%03d.png").nameOf(7), "page-007.png");
    EXPECT_EQ(OutputNames("page-%03d.png").nameOf(1234), "page-1234.png");
    EXPECT_EQ(OutputNames("%3d").nameOf(7), "  7");
    EXPECT_EQ(OutputNames("100%%-%d").nameOf(7), "100%-7");
    EXPECT_TRUE(OutputNames("%d").isNumbered());
}

TEST(OutputNames, LeavesOthersAsTheyAre)
{
    EXPECT_EQ(OutputNames("letter.pdf").nameOf(7), "letter.pdf");
    EXPECT_FALSE(OutputNames("letter%%d.pdf").isNumbered());
}

TEST(OutputNames, RefusesOtherFormats)
{
    for (const auto *wrong : {"%", "a%", "%s", "%n", "%d-%d", "%0", "%05", "%-d", "%00d", "%10d", "%ld", "% d"})
        EXPECT_THROW(OutputNames{wrong}, ToolError) << wrong;
}
