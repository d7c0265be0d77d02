#include "tool/scanner/OptionArguments.hxx"
#include "tests/tool/scanner/FakeScanner.hxx"
#include "tool/ToolError.hxx"

#include <gtest/gtest.h>

using namespace netsane;

namespace {

constexpr SANE_Range area_range{0, SANE_FIX(200), 0};

class OptionArguments : public testing::Test {
protected:
    OptionArguments()
    {
        scanner_.add("resolution", SANE_TYPE_INT, sizeof(SANE_Word), 75);
        scanner_.add("preview", SANE_TYPE_BOOL, sizeof(SANE_Word), SANE_FALSE);
        scanner_.add("calibrate", SANE_TYPE_BUTTON, 0, 0);
        scanner_.add("depth", SANE_TYPE_INT, sizeof(SANE_Word), 8).cap |= SANE_CAP_INACTIVE;
        for (const auto *name : {"tl-x", "tl-y", "br-x", "br-y"}) {
            auto &side = scanner_.add(name, SANE_TYPE_FIXED, sizeof(SANE_Word), SANE_FIX(name[0] == 't' ? 0 : 100));
            side.unit = SANE_UNIT_MM;
            side.constraint_type = SANE_CONSTRAINT_RANGE;
            side.constraint.range = &area_range;
        }
    }

    void apply(const std::vector<std::string> &words)
    {
        ScannerOptions options(scanner_, [](const std::string &) {});
        applyOptionArguments(readOptionArguments(words, options), options);
    }
    void applyArea(const ScanArea &area)
    {
        ScannerOptions options(scanner_, [](const std::string &) {});
        applyScanArea(area, options);
    }
    template<typename Body>
    std::string refusalOf(Body body)
    {
        try {
            body();
            return "taken";
        } catch (const ToolError &error) {
            EXPECT_EQ(error.code(), ExitCode::usage);
            return error.what();
        }
    }
    std::vector<double> area() const
    {
        return {SANE_UNFIX(scanner_.word(5)), SANE_UNFIX(scanner_.word(6)), SANE_UNFIX(scanner_.word(7)),
                SANE_UNFIX(scanner_.word(8))};
    }

    FakeScanner scanner_;
};

} // namespace

TEST_F(OptionArguments, AreTakenInTheirOrder)
{
    apply({"--preview", "--resolution", "300", "--calibrate", "--preview=no", "--resolution=150"});
    EXPECT_EQ(scanner_.order,
              (std::vector<std::string>{"preview", "resolution", "calibrate", "preview", "resolution"}));
    EXPECT_EQ(scanner_.word(1), 150);
    EXPECT_EQ(scanner_.word(2), SANE_FALSE);
}

TEST_F(OptionArguments, GiveABoolItsWordOrYes)
{
    apply({"--preview", "on"});
    EXPECT_EQ(scanner_.word(2), SANE_TRUE);
    apply({"--preview", "off"});
    EXPECT_EQ(scanner_.word(2), SANE_FALSE);
    apply({"--preview"});
    EXPECT_EQ(scanner_.word(2), SANE_TRUE);
}

TEST_F(OptionArguments, NameWhatIsWrong)
{
    const auto refusal = [&](const std::vector<std::string> &words) { return refusalOf([&] { apply(words); }); };
    EXPECT_TRUE(
        refusal({"--sharpness", "3"}).starts_with("--sharpness: neither netsane nor the device has such an option"));
    EXPECT_EQ(refusal({"--resolution"}), "--resolution: a value is missing; allowed is: any whole number");
    EXPECT_EQ(refusal({"--calibrate=1"}), "--calibrate: a button, which takes no value");
    EXPECT_EQ(refusal({"-r", "300"}), "-r: there is no such option");
    EXPECT_EQ(refusal({"--calibrate", "now"}), "now: what is this word for? Options begin with --");
    EXPECT_EQ(refusal({"--depth", "16"}), "--depth: inactive with the other options as they are");
    EXPECT_NE(refusal({"--"}), "taken");
    scanner_.options[1].descriptor.cap &= ~SANE_CAP_SOFT_SELECT;
    EXPECT_EQ(refusal({"--resolution=3"}), "--resolution: can't be set");
}

TEST_F(OptionArguments, WaitForThoseThatMakeThemActive)
{
    scanner_.on_set = [this](const std::string &name) {
        if (name == "preview")
            scanner_.options[4].descriptor.cap &= ~SANE_CAP_INACTIVE;
    };
    apply({"--depth", "16", "--preview"});
    EXPECT_EQ(scanner_.word(4), 16);
}

TEST_F(OptionArguments, AreaIsBeginAndLength)
{
    applyArea({"10", "2cm", "50", "60mm"});
    EXPECT_EQ(area(), (std::vector<double>{10, 20, 60, 80}));
    applyArea({"", "", "30", ""});
    EXPECT_EQ(area(), (std::vector<double>{10, 20, 40, 80}));
    applyArea({"15", "", "", ""});
    EXPECT_EQ(area(), (std::vector<double>{15, 20, 40, 80}));
}

TEST_F(OptionArguments, AreaBeginsNeverBehindItsEnd)
{
    applyArea({"150", "", "20", ""});
    EXPECT_EQ(area(), (std::vector<double>{150, 0, 170, 100}));
    EXPECT_EQ(scanner_.order, (std::vector<std::string>{"br-x", "tl-x"}));
    scanner_.order.clear();
    applyArea({"10", "", "20", ""});
    EXPECT_EQ(scanner_.order, (std::vector<std::string>{"tl-x", "br-x"}));
}

TEST_F(OptionArguments, AreaOutsideOfTheDeviceIsRefused)
{
    const auto refusal = [&](const ScanArea &area) { return refusalOf([&] { applyArea(area); }); };
    EXPECT_EQ(refusal({"", "", "300", ""}), "-x 300: --br-x 300: out of range; allowed is: 0 to 200 (mm)");
    EXPECT_NE(refusal({"-1", "", "", ""}), "taken");
    EXPECT_NE(refusal({"", "", "0", ""}), "taken");
    EXPECT_NE(refusal({"", "", "", "a"}).find("-y a: that is no number"), std::string::npos)
        << refusal({"", "", "", "a"});
    scanner_.options[7].descriptor.cap |= SANE_CAP_INACTIVE;
    EXPECT_NE(refusal({"", "", "10", ""}), "taken");
}

TEST_F(OptionArguments, SayWhatTheDeviceTookInPlace)
{
    class Rounding : public FakeScanner {
    public:
        SANE_Status control(SANE_Int option, SANE_Action action, void *value, SANE_Int *info) override
        {
            const auto status = FakeScanner::control(option, action, value, info);
            if (action == SANE_ACTION_SET_VALUE) {
                constexpr SANE_Word taken = 300;
                std::memcpy(options[1].value.data(), &taken, sizeof taken);
                *info = SANE_INFO_INEXACT;
            }
            return status;
        }
    } rounding;
    rounding.add("resolution", SANE_TYPE_INT, sizeof(SANE_Word), 75);
    std::string said;
    ScannerOptions options(rounding, [&](const std::string &text) { said = text; });
    options.set("resolution", "299");
    EXPECT_EQ(said, "--resolution 299: the device took 300");
}
