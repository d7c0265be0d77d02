#include "tool/BytesText.hxx"

#include <gtest/gtest.h>

namespace netsane {

TEST(BytesText, HasThreeDigits)
{
    EXPECT_EQ(bytesText(0), "0 bytes");
    EXPECT_EQ(bytesText(999), "999 bytes");
    EXPECT_EQ(bytesText(1234), "1.23 kB");
    EXPECT_EQ(bytesText(45'678'000), "45.7 MB");
    EXPECT_EQ(bytesText(456'780'000), "457 MB");
    EXPECT_EQ(bytesText(999'990), "1.00 MB") << "no 1000 kB";
}

} // namespace netsane
