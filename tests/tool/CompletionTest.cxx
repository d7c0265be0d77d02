#include "tool/Completion.hxx"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace netsane {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Completion, OffersDevicesThatAreListed)
{
    EXPECT_THAT(
        devicesIn(R"({"name": "netsane:pi:test:0", "vendor": "x"}, {"name": "netsane:[::1]:7000:epson2:usb:1"})"),
        ElementsAre("netsane:pi:test:0", "netsane:[::1]:7000:epson2:usb:1"));
}

TEST(Completion, OffersNoNameThatAShellWouldRun)
{
    for (const char *const name :
         {"$(id)", "`id`", "a;id", "a b", "a|id", "a&id", "a>b", "a*", "~a", "a\\nb", "a'b", "#a", "!a", "{a}"})
        EXPECT_THAT(devicesIn(std::string("{\"name\": \"netsane:pi:") + name + "\"}"), IsEmpty()) << name;
}

TEST(Completion, OffersNamesAsDriversMakeThem)
{
    for (const std::string name :
         {"netsane:pi:hpaio:/usb/OfficeJet_8600?serial=CN1", "netsane:[fe80::1]:6577:epson2:libusb:001:004"})
        EXPECT_THAT(devicesIn("{\"name\": \"" + name + "\"}"), ElementsAre(name));
}

TEST(Completion, TakesAnAnswerThatIsCutOff)
{
    EXPECT_THAT(devicesIn(R"({"name": "netsane:pi:test:)"), IsEmpty());
}

} // namespace netsane
