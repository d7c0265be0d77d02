#include "tool/list/ServerReport.hxx"

#include <gtest/gtest.h>

using namespace netsane;

namespace {

std::vector<SurveyedServer> servers()
{
    return {{*parseServerName("a.example"), {{"a.example:test:0", "Noname", "tester", "virtual device"}}, {}},
            {*parseServerName("b.example:7000"), {}, "connection \033[31mrefused"},
            {*parseServerName("c.example"), {}, {}}};
}

} // namespace

TEST(ServerReport, NamesWhoDoesNotAnswer)
{
    EXPECT_EQ(serversText(servers(), false), "a.example\n"
                                             "  netsane:a.example:test:0  Noname tester, virtual device\n"
                                             "b.example:7000\n"
                                             "  ! connection ?[31mrefused\n"
                                             "c.example\n"
                                             "  no devices\n");
    EXPECT_NE(serversText(servers(), true).find("\033[1ma.example\033[0m"), std::string::npos);
}

TEST(ServerReport, IsJson)
{
    const auto json = serversJson(servers());
    EXPECT_NE(json.find("\"name\": \"netsane:a.example:test:0\""), std::string::npos) << json;
    EXPECT_NE(json.find("\"failure\": \"connection \\u001b[31mrefused\""), std::string::npos);
    EXPECT_NE(json.find("\"devices\": []"), std::string::npos);
}
