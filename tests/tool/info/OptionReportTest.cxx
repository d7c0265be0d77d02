#include "tool/info/OptionReport.hxx"
#include "tests/tool/scanner/FakeScanner.hxx"

#include <gtest/gtest.h>

using namespace netsane;

namespace {

constexpr SANE_String_Const modes[] = {"Gray", "Color", nullptr};
constexpr SANE_Range resolutions{75, 1200, 25};

class OptionReport : public testing::Test {
protected:
    OptionReport()
    {
        scanner_.add("Scan Mode", SANE_TYPE_GROUP, 0, 0);
        auto &mode = scanner_.add("mode", SANE_TYPE_STRING, 8, 0);
        mode.constraint_type = SANE_CONSTRAINT_STRING_LIST;
        mode.constraint.string_list = modes;
        std::memcpy(scanner_.options.back().value.data(), "Color", 6);
        auto &resolution = scanner_.add("resolution", SANE_TYPE_INT, sizeof(SANE_Word), 300);
        resolution.unit = SANE_UNIT_DPI;
        resolution.constraint_type = SANE_CONSTRAINT_RANGE;
        resolution.constraint.range = &resolutions;
        scanner_.add("Empty", SANE_TYPE_GROUP, 0, 0);
        scanner_.add("Special", SANE_TYPE_GROUP, 0, 0);
        scanner_.add("preview", SANE_TYPE_BOOL, sizeof(SANE_Word), SANE_TRUE).cap |= SANE_CAP_INACTIVE;
        scanner_.add("button-1", SANE_TYPE_BOOL, sizeof(SANE_Word), SANE_TRUE).cap = SANE_CAP_SOFT_DETECT;
        scanner_.add("gamma", SANE_TYPE_INT, 6 * sizeof(SANE_Word), 5);
    }

    std::vector<OptionGroup> groups()
    {
        ScannerOptions options(scanner_, [](const std::string &) {});
        return readOptions(options);
    }

    FakeScanner scanner_;
};

} // namespace

TEST_F(OptionReport, IsATableInGroups)
{
    EXPECT_EQ(optionsText(groups(), {}),
              "  OPTION        VALUE          UNIT  TYPE    STATE      ALLOWED\n"
              "\n"
              "Scan Mode\n"
              "  --mode        Color                string             Gray, Color\n"
              "  --resolution  300            dpi   int                75 to 1200 in steps of 25\n"
              "\n"
              "Special\n"
              "  --preview     -                    bool    inactive   yes, no\n"
              "  --button-1    yes                  bool    read-only  yes, no\n"
              "  --gamma       5,0,0,... (6)        int                any whole number\n");
}

TEST_F(OptionReport, WrapsAtTheTerminalsEnd)
{
    constexpr SANE_String_Const many[] = {"First entry", "Second entry", "Third entry", "Fourth entry", nullptr};
    scanner_.options[2].descriptor.constraint.string_list = many;
    const auto text = optionsText(groups(), {95, false});
    for (std::size_t at = 0; at < text.size();) {
        const auto end = text.find('\n', at);
        EXPECT_LT(end - at, 95U) << text.substr(at, end - at);
        at = end + 1;
    }
    EXPECT_NE(text.find("Fourth entry"), std::string::npos);
}

TEST_F(OptionReport, PutsWhatIsAllowedBelowOnANarrowTerminal)
{
    const auto text = optionsText(groups(), {70, false});
    EXPECT_NE(text.find("  --mode        Color                string\n        Gray, Color\n"), std::string::npos)
        << text;
    EXPECT_EQ(text.find("ALLOWED"), std::string::npos);
}

TEST_F(OptionReport, HasColoursOnlyWhereTheyAreWanted)
{
    EXPECT_EQ(optionsText(groups(), {}).find('\033'), std::string::npos);
    EXPECT_NE(optionsText(groups(), {0, true}).find("\033[1mScan Mode\033[0m"), std::string::npos);
}

TEST_F(OptionReport, IsJsonOfTheirTypes)
{
    const auto json = optionsJson("fake:0", groups());
    EXPECT_NE(json.find("\"value\": \"Color\""), std::string::npos) << json;
    EXPECT_NE(json.find("\"value\": 300"), std::string::npos);
    EXPECT_NE(json.find("\"step\": 25"), std::string::npos);
    EXPECT_NE(json.find("\"value\": true"), std::string::npos);
    EXPECT_EQ(json.find("Empty"), std::string::npos);
}
