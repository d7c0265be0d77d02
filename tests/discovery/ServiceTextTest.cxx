#include "discovery/ServiceText.hxx"

#include <gtest/gtest.h>

namespace netsane {

namespace {

using Entries = std::vector<std::string>;

} // namespace

TEST(ServiceText, IsThatOfTheSpecification)
{
    EXPECT_EQ((Entries{"txtvers=1", "protocol=1", "tls=offered"}), makeServiceText(TlsOffer::offered));
    for (const auto offer : {TlsOffer::no, TlsOffer::offered, TlsOffer::required})
        EXPECT_EQ(offer, readServiceText(makeServiceText(offer)));
}

TEST(ServiceText, TakesWhatItKnowsAndIgnoresTheRest)
{
    EXPECT_EQ(TlsOffer::unknown, readServiceText(Entries{}));
    EXPECT_EQ(TlsOffer::required, readServiceText(Entries{"", "=", "tls", "x=y", "TLS=required", "tls=no"}));
    EXPECT_EQ(TlsOffer::unknown, readServiceText(Entries{"tls=sometimes"}));
    EXPECT_EQ(TlsOffer::unknown, readServiceText(Entries{std::string("tls=no\0x", 8)}));
}

TEST(ServiceText, LeavesOtherVersionsAlone)
{
    EXPECT_FALSE(readServiceText(Entries{"tls=required", "TxtVers=2"}));
    EXPECT_FALSE(readServiceText(Entries{"txtvers="}));
    EXPECT_FALSE(readServiceText(Entries{"txtvers=2", "txtvers=1"})) << "the first counts";
}

TEST(ServiceText, InstanceNamesAreTextOfUpTo63Bytes)
{
    for (const std::string good : {"NETSANE on pi", "Fl\u00fcr 2 \U0001f5a8", "x"})
        EXPECT_TRUE(isInstanceName(good)) << good;
    EXPECT_TRUE(isInstanceName(std::string(63, 'x')));
    for (const std::string bad : {"", "a\nb", "\x7f", "\xc2\x85", "\xff", "\xc3", "\xc0\xaf", "\xe2\x82",
                                  "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe0\x80\x80"})
        EXPECT_FALSE(isInstanceName(bad)) << bad;
    EXPECT_FALSE(isInstanceName(std::string(64, 'x')));
    EXPECT_FALSE(isInstanceName(std::string_view("a\0b", 3)));
}

} // namespace netsane
