#include "daemon/AuditLine.hxx"

#include <gtest/gtest.h>

using netsane::AuditLine;

TEST(AuditLine, IsKeysAndValues)
{
    EXPECT_EQ(AuditLine("login", "accepted").with("user", "alice").with("connection", 7U).text(),
              "audit: login result=accepted user=alice connection=7");
}

TEST(AuditLine, LeavesOutWhatIsEmpty)
{
    EXPECT_EQ(AuditLine("open", "granted").with("user", "").text(), "audit: open result=granted");
}

TEST(AuditLine, QuotesWhatCouldForgeAnother)
{
    EXPECT_EQ(AuditLine("login", "refused").with("user", "x result=accepted").text(),
              "audit: login result=refused user=\"x result=accepted\"");
    EXPECT_EQ(AuditLine("login", "refused").with("user", "a\"b\\c\n\x7f\xc3\xa9").text(),
              "audit: login result=refused user=\"a\\\"b\\\\c\\x0a\\x7f\\xc3\\xa9\"");
    EXPECT_EQ(AuditLine("login", "refused").with("user", "a=b").text(), "audit: login result=refused user=\"a=b\"");
}

TEST(AuditLine, IsNeverSoLongThatItsEndIsLost)
{
    const std::string longest(1023, '\x01');
    AuditLine line("open", "refused");
    line.with("device", longest).with("user", longest).with("from", longest).with("connection", 7U);
    EXPECT_TRUE(line.text().ends_with(" connection=7"));
    EXPECT_LT(line.with("reason", longest).text().size(), 4096U);
    EXPECT_EQ(AuditLine("login", "refused").with("user", std::string(300, 'x')).text(),
              "audit: login result=refused user=\"" + std::string(240, 'x') + "...\"");
    EXPECT_EQ(AuditLine("login", "refused").with("user", std::string(240, 'x')).text(),
              "audit: login result=refused user=" + std::string(240, 'x'));
}
