#include "util/JsonWriter.hxx"

#include <gtest/gtest.h>

using namespace netsane;

namespace {

std::string jsonString(std::string_view text)
{
    std::string out;
    appendJsonString(out, text);
    return out;
}

} // namespace

TEST(JsonString, EscapesWhatWouldEndTheString)
{
    EXPECT_EQ(jsonString(""), R"("")");
    EXPECT_EQ(jsonString("test:0"), R"("test:0")");
    EXPECT_EQ(jsonString("a\"b\\c"), R"("a\"b\\c")");
    EXPECT_EQ(jsonString("a/b'<>&"), R"("a/b'<>&")");
}

TEST(JsonString, EscapesControlCharacters)
{
    EXPECT_EQ(jsonString(std::string_view("\0\n\x1b[2J\x7f", 7)), R"("\u0000\u000a\u001b[2J\u007f")");
    EXPECT_EQ(jsonString("\xc2\x9b"), R"("\u009b")");
}

TEST(JsonString, WritesUtf8AsEscapes)
{
    EXPECT_EQ(jsonString("j\xc3\xb6rg"), R"("j\u00f6rg")");
    EXPECT_EQ(jsonString("\xe2\x82\xac"), R"("\u20ac")");
    EXPECT_EQ(jsonString("\xf0\x9f\x96\xa8"), R"("\ud83d\udda8")");
    EXPECT_EQ(jsonString("\xe2\x80\xae"), R"("\u202e")");
}

TEST(JsonString, WritesOtherBytesAsIso8859)
{
    EXPECT_EQ(jsonString("j\xf6rg"), R"("j\u00f6rg")");
    EXPECT_EQ(jsonString("\xff"), R"("\u00ff")");
    EXPECT_EQ(jsonString("\xe2\x82"), R"("\u00e2\u0082")");
}

TEST(JsonString, IsAsciiForEveryByte)
{
    for (int first = 0; first < 256; ++first)
        for (int second = 0; second < 256; ++second) {
            const std::string text{static_cast<char>(first), static_cast<char>(second)};
            for (const char c : jsonString(text))
                ASSERT_TRUE(c >= 0x20 && c < 0x7f) << first << " " << second;
        }
}

TEST(JsonWriter, WritesOneLine)
{
    JsonWriter json(JsonWriter::Layout::one_line);
    json.open('{');
    json.text("a", "x");
    json.textIf("b", "");
    json.count("c", 18446744073709551615ULL);
    json.flag("d", true);
    json.null("e");
    json.open('[', "f");
    json.close(']');
    json.open('[', "g");
    json.number({}, 1.5);
    json.open('{');
    json.close('}');
    json.close(']');
    json.close('}');
    EXPECT_EQ(json.take(), R"({"a":"x","c":18446744073709551615,"d":true,"e":null,"f":[],"g":[1.5,{}]})"
                           "\n");
}

TEST(JsonWriter, Indents)
{
    JsonWriter json(JsonWriter::Layout::indented);
    json.open('{');
    json.open('[', "a");
    json.text({}, "x");
    json.text({}, "y");
    json.close(']');
    json.close('}');
    EXPECT_EQ(json.take(), "{\n  \"a\": [\n    \"x\",\n    \"y\"\n  ]\n}\n");
}
