#include "tool/control/StatusText.hxx"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace netsane;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

namespace {

std::string textOf(const json &status, std::size_t width = 200)
{
    std::string text;
    for (const auto &line : statusLines(status, width))
        text += line.text + "\n";
    return text;
}

json sample()
{
    return json::parse(
        R"({"version":"1","pid":7,"config":"/c","listening":["127.0.0.1:1"],"seconds":3700,"clock_ms":1000,
        "reload":{"failure":"/c:3: x","seconds":5},
        "processes":{"session":"ready","auth":"none","device":{"busy":1,"warm":2,"starting":0}},
        "connections":[{"id":3,"user":"alice","peer":"192.0.2.7:4000","crypt":"tls","seconds":65,
                        "received_bytes":812,"sent_bytes":3565158,"devices":["test:0"]},
                       {"id":4,"user":null,"peer":"[::1]:5","crypt":"none","seconds":1,"devices":[]}],
        "users":[{"user":"alice","connections":1,"devices":1}],
        "devices":[{"name":"test:0","vendor":"Noname","model":"x","held_by":{"user":"alice","address":"192.0.2.7",
                    "connection":3,"seconds":60,"closing":false},"last_error":null},
                   {"name":"test:1","vendor":"","model":"","held_by":null,
                    "last_error":{"text":"its process was killed","seconds":120}}],
        "list":{"age_seconds":12,"running":false,"failure":""},
        "penalties":[{"host":"192.0.2.9","failures":6,"refused_for_seconds":3.5}],
        "limits":[{"name":"max_connections","used":2,"limit":256}]})");
}

} // namespace

TEST(StatusText, TellsWhoHoldsWhat)
{
    const auto text = textOf(sample());
    EXPECT_THAT(text, HasSubstr("netsaned 1, process 7, started 1 h 1 min ago\nconfiguration: /c\n"));
    EXPECT_THAT(text, HasSubstr("3  alice  192.0.2.7:4000  tls    1 min  812 bytes  3.57 MB"));
    EXPECT_THAT(text, HasSubstr("4  -      [::1]:5         clear    1 s          ?        ?"));
    EXPECT_THAT(text, HasSubstr("alice from 192.0.2.7 (3)"));
    EXPECT_THAT(text, HasSubstr("2 min ago: its process was killed"));
    EXPECT_THAT(text, HasSubstr("listed 12 s ago"));
    EXPECT_THAT(text, HasSubstr("not reloaded, 5 s ago, the old configuration stays: /c:3: x"));
    EXPECT_THAT(text, HasSubstr("192.0.2.9              6          4 s"));
    EXPECT_THAT(text, HasSubstr("max_connections     2  256\n"));
}

TEST(StatusText, KeepsToTheWidth)
{
    for (const auto &line : statusLines(sample(), 80))
        EXPECT_LE(line.text.size(), 84U) << line.text; // some are cut, with a mark of three bytes
}

TEST(StatusText, TakesAnyJson)
{
    for (const auto *const text : {"{}", R"({"connections":7,"devices":{},"limits":null,"list":[]})",
                                   R"({"connections":[1,null,[],{}],"devices":["x",{"held_by":1,"last_error":2}],
                                       "users":[[]],"penalties":[{}],"limits":[0],"listening":[1,{}],"processes":0})"})
        EXPECT_NO_THROW(textOf(json::parse(text))) << text;
}

TEST(StatusText, ShowsNothingHarmful)
{
    auto status = sample();
    status["connections"][0]["user"] = "a\x1b[2J\nb";
    status["devices"][0]["name"] = "c\x9b"
                                   "d";
    status["config"] = "\x1b]0;x\x07";
    const auto text = textOf(status);
    EXPECT_EQ(text.find('\x1b'), text.npos);
    EXPECT_THAT(text, HasSubstr("a?[2J?b"));
    EXPECT_THAT(text, HasSubstr("c?d"));
}

TEST(StatusRates, AreWhatCameInBetween)
{
    const auto earlier = sample();
    auto status = sample();
    status["clock_ms"] = 1500;
    status["connections"][0]["sent_bytes"] = 3565158 + 1000;
    addRates(status, earlier);
    EXPECT_EQ(status["connections"][0]["bytes_per_second"], 2000);
    EXPECT_FALSE(status["connections"][1].contains("bytes_per_second"));
    EXPECT_EQ(status["bytes_per_second"], 2000);
}

TEST(StatusRates, NeedTheSameServer)
{
    const auto earlier = sample();
    auto status = sample();
    addRates(status, earlier); // no time has passed
    EXPECT_FALSE(status.contains("bytes_per_second"));
    status["clock_ms"] = 2000;
    status["pid"] = 8U;
    addRates(status, earlier);
    EXPECT_FALSE(status.contains("bytes_per_second"));
    addRates(status, json());
    EXPECT_FALSE(status.contains("bytes_per_second"));
}

TEST(DurationText, HasTwoUnitsAtMost)
{
    EXPECT_EQ(durationText(0), "0 s");
    EXPECT_EQ(durationText(59), "59 s");
    EXPECT_EQ(durationText(60), "1 min");
    EXPECT_EQ(durationText(3599), "59 min");
    EXPECT_EQ(durationText(3600), "1 h");
    EXPECT_EQ(durationText(86399), "23 h 59 min");
    EXPECT_EQ(durationText(86400 * 3 + 3600), "3 d 1 h");
}
