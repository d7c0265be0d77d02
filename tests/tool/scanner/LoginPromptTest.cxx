#include "tool/scanner/LoginPrompt.hxx"

#include <gtest/gtest.h>

using namespace netsane;

TEST(LoginPrompt, AnswersAChallengeWithADigest)
{
    // RFC 1321, A.5: of "abc"
    EXPECT_EQ(answerFor("host:test:0$MD5$a", "bc"), "$MD5$900150983cd24fb0d6963f7d28e17f72");
    EXPECT_EQ(answerFor("host:test:0", "bc"), "bc");
}
