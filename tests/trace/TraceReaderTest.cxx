#include "tests/trace/TraceTest.hxx"

#include <algorithm>
#include <iterator>

namespace netsane {

namespace {

class TraceReader_ : public TraceTest {
protected:
    void SetUp() override
    {
        encodeBare(client(), Command::init);
        say();
        recorder_->switched(true);
        encodeInitReply(server(), {{}, 0x01000000});
        say();
        encodeBare(client(), Command::quit);
        say();
        recorder_.reset();
        good_ = file();
    }

    std::string good_;
};

std::size_t countLines(const std::string &text)
{
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

} // namespace

TEST_F(TraceReader_, ByteByByteIsTheSame)
{
    const auto view = makeTraceText({false, true});
    TracePlayer player(*view);
    std::string out;
    for (const char c : good_)
        player.play(bytesOf({&c, 1}), out);
    player.end(out);
    EXPECT_EQ(out, shown(good_));
    EXPECT_EQ(countLines(out), 6U) << out; // header, INIT, switch, INIT, QUIT, note
}

TEST_F(TraceReader_, CutOffAnywhereSaysWhereAndShowsWhatComesBefore)
{
    std::size_t complete = 0;
    std::size_t lines = 0;
    for (std::size_t size = 0; size < good_.size(); ++size) {
        const auto text = shown(good_.substr(0, size));
        if (text.find("ERROR") == text.npos) {
            complete += 1;
            continue;
        }
        EXPECT_NE(text.find("ERROR byte "), text.npos) << text;
        EXPECT_GE(countLines(text), lines);
        lines = std::max(lines, countLines(text));
    }
    EXPECT_EQ(complete, 5U); // between two records
}

TEST_F(TraceReader_, NamesTheByteOfADamage)
{
    const std::size_t second = good_.find('\x02', good_.size() / 3); // somewhere within
    ASSERT_NE(second, good_.npos);
    std::string bad = good_;
    for (std::size_t at = 0; at < bad.size(); ++at) {
        bad[at] = static_cast<char>(bad[at] ^ 0x80);
        shown(bad); // any answer, and no crash
        bad[at] = good_[at];
    }
    EXPECT_EQ(shown("%PDF-1.4").substr(0, 50), "ERROR byte 0: this is no recording of a session\n");
    EXPECT_EQ(shown(""), "ERROR byte 0: the file is empty\n");
    bad[11] = '\x09'; // of the header: 4 bytes length, magic, 4 bytes length, version
    bad[15] = '\x09';
    EXPECT_NE(shown(bad).find("ERROR byte 0: "), std::string::npos);
}

TEST_F(TraceReader_, RefusesTimeThatRunsBackwards)
{
    std::string bytes = good_;
    ByteBuffer late;
    encodeTraceNote(late, TraceTime(5'000'000'000), "late");
    encodeTraceNote(late, TraceTime(4'000'000'000), "early");
    bytes.append(reinterpret_cast<const char *>(late.data().data()), late.size());
    const auto text = shown(bytes);
    EXPECT_NE(text.find("5000.000000  -- late\nERROR byte"), text.npos) << text;
}

TEST_F(TraceReader_, JsonIsALineForEachRecord)
{
    const auto text = shown(good_, makeTraceJson());
    EXPECT_EQ(countLines(text), 6U);
    EXPECT_NE(text.find("\"from\":\"server\",\"command\":\"INIT\",\"bytes\":28,\"fields\":[{\"name\":\"status\","
                        "\"value\":\"GOOD\"},{\"name\":\"version\",\"value\":16777216}]}\n"),
              text.npos)
        << text;
    EXPECT_NE(text.find("\"encrypted\":true"), text.npos);
}

TEST_F(TraceReader_, SummaryCountsRoundTripsAndBytes)
{
    const auto text = shown(good_, makeTraceSummary(true));
    EXPECT_NE(text.find("\"round_trips\":1,\"client_bytes\":24,\"server_bytes\":28,\"image_bytes\":0"), text.npos)
        << text;
    EXPECT_NE(shown(good_, makeTraceSummary(false)).find("1 round trips"), std::string::npos);
}

TEST_F(TraceReader_, WhatARecordingSaysCannotChangeATerminal)
{
    ByteBuffer hostile;
    encodeTraceHeader(hostile, {trace_version, Speaker::client, std::chrono::seconds(0), "\033[2J", "\a\b"});
    encodeTraceNote(hostile, TraceTime(0), "\033]0;title\a");
    const std::string bytes(reinterpret_cast<const char *>(hostile.data().data()), hostile.size());
    for (const auto &text : {shown(bytes), shown(bytes, makeTraceJson())})
        EXPECT_TRUE(std::ranges::none_of(text, [](char c) {
            return c != '\n' && static_cast<unsigned char>(c) < 0x20;
        })) << text;
}

} // namespace netsane
