#include "device/OptionTable.hxx"

#include <gtest/gtest.h>

#include <limits>

namespace netsane::test {

namespace {

SANE_Option_Descriptor descriptor(SANE_Value_Type type, SANE_Int size)
{
    SANE_Option_Descriptor result{};
    result.name = "name";
    result.type = type;
    result.size = size;
    result.cap = SANE_CAP_SOFT_SELECT | SANE_CAP_SOFT_DETECT;
    return result;
}

} // namespace

TEST(ConvertDescriptor, TakesNullStringsForEmptyOnes)
{
    auto source = descriptor(SANE_TYPE_INT, 4);
    source.name = nullptr;
    const auto converted = convertDescriptor(source);
    EXPECT_EQ(converted.name, "");
    EXPECT_EQ(converted.title, "");
    EXPECT_EQ(converted.description, "");
}

TEST(ConvertDescriptor, CopiesConstraints)
{
    auto source = descriptor(SANE_TYPE_FIXED, 8);
    const SANE_Range range{-5, 70000, 3};
    source.constraint_type = SANE_CONSTRAINT_RANGE;
    source.constraint.range = &range;
    auto converted = convertDescriptor(source);
    EXPECT_EQ(converted.constraint_type, ConstraintType::range);
    EXPECT_EQ(converted.range_min, -5);
    EXPECT_EQ(converted.range_max, 70000);
    EXPECT_EQ(converted.range_quant, 3);

    const SANE_Word list[] = {2, -1, 600};
    source.constraint_type = SANE_CONSTRAINT_WORD_LIST;
    source.constraint.word_list = list;
    converted = convertDescriptor(source);
    EXPECT_EQ(converted.words, (std::vector<std::uint32_t>{0xffffffff, 600}));

    const SANE_String_Const strings[] = {"one", "", "two", nullptr};
    source = descriptor(SANE_TYPE_STRING, 4);
    source.constraint_type = SANE_CONSTRAINT_STRING_LIST;
    source.constraint.string_list = strings;
    EXPECT_EQ(convertDescriptor(source).strings, (std::vector<std::string>{"one", "two"}));
}

TEST(ConvertDescriptor, SurvivesConstraintsThatAreNotThere)
{
    auto source = descriptor(SANE_TYPE_INT, 4);
    for (const auto type : {SANE_CONSTRAINT_RANGE, SANE_CONSTRAINT_WORD_LIST, SANE_CONSTRAINT_STRING_LIST}) {
        source.constraint_type = type;
        EXPECT_EQ(convertDescriptor(source).constraint_type, ConstraintType::none);
    }
    const SANE_Word list[] = {-3};
    source.constraint_type = SANE_CONSTRAINT_WORD_LIST;
    source.constraint.word_list = list;
    EXPECT_TRUE(convertDescriptor(source).words.empty());
}

TEST(ConvertDescriptor, TakesOptionsOutOfUseWhoseSizeCannotBe)
{
    for (const SANE_Int size :
         {-1, std::numeric_limits<SANE_Int>::min(), max_option_bytes + 1, std::numeric_limits<SANE_Int>::max()}) {
        const auto converted = convertDescriptor(descriptor(SANE_TYPE_STRING, size));
        EXPECT_EQ(converted.type, ValueType::group) << size;
        EXPECT_EQ(converted.size_bytes, 0) << size;
        EXPECT_NE(converted.capabilities & SANE_CAP_INACTIVE, 0U) << size;
    }
    EXPECT_EQ(convertDescriptor(descriptor(static_cast<SANE_Value_Type>(6), 4)).type, ValueType::group);
}

TEST(ConvertDescriptor, GivesWordsTheRoomOfAWord)
{
    EXPECT_EQ(convertDescriptor(descriptor(SANE_TYPE_BOOL, 0)).size_bytes, 4);
    EXPECT_EQ(convertDescriptor(descriptor(SANE_TYPE_INT, 12)).size_bytes, 12);
    EXPECT_EQ(convertDescriptor(descriptor(SANE_TYPE_BUTTON, -7)).size_bytes, 0);
}

TEST(ConvertDescriptor, CutsEndlessTexts)
{
    const std::string endless(1 << 20, 'x');
    auto source = descriptor(SANE_TYPE_INT, 4);
    source.desc = endless.c_str();
    EXPECT_LT(convertDescriptor(source).description.size(), 100000U);
}

} // namespace netsane::test
