#include "tool/scanner/OptionParser.hxx"
#include "tool/ToolError.hxx"
#include "tool/scanner/OptionText.hxx"

#include <gtest/gtest.h>

#include <cstring>

using namespace netsane;

namespace {

SANE_Option_Descriptor option(SANE_Value_Type type, std::size_t words = 1)
{
    SANE_Option_Descriptor made{};
    made.name = "name";
    made.type = type;
    made.size = static_cast<SANE_Int>(words * sizeof(SANE_Word));
    return made;
}

std::vector<SANE_Word> wordsOf(const SANE_Option_Descriptor &descriptor, const char *text)
{
    const auto bytes = parseOptionValue(descriptor, text);
    EXPECT_EQ(bytes.size(), static_cast<std::size_t>(descriptor.size));
    std::vector<SANE_Word> words(bytes.size() / sizeof(SANE_Word));
    std::memcpy(words.data(), bytes.data(), bytes.size());
    return words;
}

SANE_Word wordOf(const SANE_Option_Descriptor &descriptor, const char *text)
{
    return wordsOf(descriptor, text).front();
}

std::string refusalOf(const SANE_Option_Descriptor &descriptor, const std::string &text)
{
    try {
        parseOptionValue(descriptor, text);
        return "taken";
    } catch (const ToolError &error) {
        EXPECT_EQ(error.code(), ExitCode::usage);
        return error.what();
    }
}

constexpr SANE_String_Const sources[] = {"Flatbed", "Automatic Document Feeder", "ADF Duplex", "Automatic", nullptr};

SANE_Option_Descriptor sourceOption()
{
    auto made = option(SANE_TYPE_STRING);
    made.size = 32;
    made.constraint_type = SANE_CONSTRAINT_STRING_LIST;
    made.constraint.string_list = sources;
    return made;
}

std::string stringOf(const SANE_Option_Descriptor &descriptor, const char *text)
{
    return reinterpret_cast<const char *>(parseOptionValue(descriptor, text).data());
}

} // namespace

TEST(OptionParser, TakesWordsForBools)
{
    const auto flag = option(SANE_TYPE_BOOL);
    for (const auto *yes : {"yes", "true", "on", "1", "YES"})
        EXPECT_EQ(wordOf(flag, yes), SANE_TRUE) << yes;
    for (const auto *no : {"no", "false", "off", "0", "No"})
        EXPECT_EQ(wordOf(flag, no), SANE_FALSE) << no;
    EXPECT_EQ(refusalOf(flag, "maybe"), "--name maybe: that is neither yes nor no; allowed is: yes, no");
}

TEST(OptionParser, TakesWholeNumbers)
{
    const auto number = option(SANE_TYPE_INT);
    EXPECT_EQ(wordOf(number, "300"), 300);
    EXPECT_EQ(wordOf(number, "-7"), -7);
    EXPECT_EQ(wordOf(number, "+7"), 7);
    EXPECT_EQ(wordOf(number, "3.0"), 3);
    for (const auto *wrong : {"", "x", "1.5", "3x", "1e3", "nan", "inf", "3000000000", "--3", " 3", "3 "})
        EXPECT_TRUE(refusalOf(number, wrong).starts_with("--name ")) << wrong;
}

TEST(OptionParser, TakesFixedNumbersWithTheirUnit)
{
    auto length = option(SANE_TYPE_FIXED);
    length.unit = SANE_UNIT_MM;
    EXPECT_EQ(wordOf(length, "21.5"), SANE_FIX(21.5));
    EXPECT_EQ(wordOf(length, "21.5mm"), SANE_FIX(21.5));
    EXPECT_EQ(wordOf(length, "2.5cm"), SANE_FIX(25));
    EXPECT_EQ(fixedText(wordOf(length, "2in")), "50.8");
    EXPECT_EQ(refusalOf(length, "40000"), "--name 40000: that is too large; allowed is: any number (mm)");
    EXPECT_NE(refusalOf(length, "3dpi"), "taken");
    auto share = option(SANE_TYPE_INT);
    share.unit = SANE_UNIT_PERCENT;
    EXPECT_EQ(wordOf(share, "40%"), 40);
    EXPECT_EQ(wordOf(share, "40"), 40);
    EXPECT_NE(refusalOf(share, "2in"), "taken");
}

TEST(OptionParser, KeepsToRangesAndLists)
{
    const SANE_Range range{SANE_FIX(-42.25), SANE_FIX(1200), SANE_FIX(2)};
    auto within = option(SANE_TYPE_FIXED);
    within.unit = SANE_UNIT_DPI;
    within.constraint_type = SANE_CONSTRAINT_RANGE;
    within.constraint.range = &range;
    EXPECT_EQ(wordOf(within, "1200"), SANE_FIX(1200));
    EXPECT_EQ(wordOf(within, "-42.25"), SANE_FIX(-42.25));
    EXPECT_EQ(refusalOf(within, "5000"), "--name 5000: out of range; allowed is: -42.25 to 1200 in steps of 2 (dpi)");
    constexpr SANE_Word list[] = {3, 75, 150, 300};
    auto one_of = option(SANE_TYPE_INT);
    one_of.constraint_type = SANE_CONSTRAINT_WORD_LIST;
    one_of.constraint.word_list = list;
    EXPECT_EQ(wordOf(one_of, "300"), 300);
    EXPECT_EQ(refusalOf(one_of, "3"), "--name 3: not one of the list; allowed is: 75, 150, 300");
}

TEST(OptionParser, TakesListsOfNumbers)
{
    const auto table = option(SANE_TYPE_INT, 3);
    EXPECT_EQ(wordsOf(table, "1,-2,3"), (std::vector<SANE_Word>{1, -2, 3}));
    EXPECT_NE(refusalOf(table, "1,2").find("3 numbers are needed, and 2 are there"), std::string::npos);
    for (const auto *wrong : {"1,2,3,4", "1,,3", "1,2,", ",", "1;2;3"})
        EXPECT_NE(refusalOf(table, wrong), "taken") << wrong;
}

TEST(OptionParser, TakesCurves)
{
    const auto table = option(SANE_TYPE_INT, 5);
    EXPECT_EQ(wordsOf(table, "[0]0-[4]8"), (std::vector<SANE_Word>{0, 2, 4, 6, 8}));
    EXPECT_EQ(wordsOf(table, "[0]8-[2]0-[4]-4"), (std::vector<SANE_Word>{8, 4, 0, -2, -4}));
    for (const auto *wrong : {"[0]0", "[1]0-[4]8", "[0]0-[5]8", "[0]0-[0]1-[4]8", "[0]0-[4]", "[", "[0", "[0]0-4",
                              "[x]1-[4]2", "[0]0-[4]8-"})
        EXPECT_NE(refusalOf(table, wrong), "taken") << wrong;
}

TEST(OptionParser, FindsWordsByBeginningAndInitials)
{
    const auto source = sourceOption();
    EXPECT_EQ(stringOf(source, "Flatbed"), "Flatbed");
    EXPECT_EQ(stringOf(source, "flat"), "Flatbed");
    EXPECT_EQ(stringOf(source, "automatic"), "Automatic") << "the whole word goes before its beginning";
    EXPECT_EQ(stringOf(source, "automatic d"), "Automatic Document Feeder");
    EXPECT_EQ(stringOf(source, "ADF D"), "ADF Duplex");
    EXPECT_NE(refusalOf(source, "Auto").find("\"Automatic Document Feeder\" or \"Automatic\""), std::string::npos);
    EXPECT_NE(refusalOf(source, "Tray").find("allowed is: Flatbed, Automatic Document Feeder"), std::string::npos);
    EXPECT_NE(refusalOf(source, ""), "taken");
    constexpr SANE_String_Const two[] = {"Flatbed", "Automatic Document Feeder", nullptr};
    auto usual = sourceOption();
    usual.constraint.string_list = two;
    EXPECT_EQ(stringOf(usual, "ADF"), "Automatic Document Feeder");
}

TEST(OptionParser, KeepsStringsWithinTheirRoom)
{
    auto text = option(SANE_TYPE_STRING);
    text.size = 5;
    EXPECT_EQ(stringOf(text, "abcd"), "abcd");
    EXPECT_EQ(stringOf(text, ""), "");
    EXPECT_EQ(refusalOf(text, "abcde"), "--name abcde: too long; allowed is: text of at most 4 bytes");
}

TEST(OptionText, WritesFixedNumbersAsPeopleDo)
{
    EXPECT_EQ(fixedText(SANE_FIX(215.9)), "215.9");
    EXPECT_EQ(fixedText(SANE_FIX(1200)), "1200");
    EXPECT_EQ(fixedText(SANE_FIX(-0.5)), "-0.5");
    EXPECT_EQ(fixedText(-1), "0");
    EXPECT_EQ(fixedText(0), "0");
}

TEST(OptionText, KeepsControlCharactersOfDevicesFromTheTerminal)
{
    auto text = option(SANE_TYPE_STRING);
    text.size = 8;
    std::vector<std::byte> value(8);
    std::memcpy(value.data(), "a\033[1mbcd", 8); // without an end, too
    EXPECT_EQ(valueText(text, value), "a?[1mbcd");
}
