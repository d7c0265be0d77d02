#include "backend/SoundOption.hxx"

#include "wire/ProtocolError.hxx"

#include <algorithm>
#include <array>
#include <sane/sane.h>
#include <sane/saneopts.h>
#include <string>
#include <string_view>

namespace netsane {

namespace {

constexpr std::uint32_t last_unit = SANE_UNIT_MICROSECOND;
constexpr std::int32_t word_bytes = sizeof(SANE_Word);

// Frontends take these for one word, some without a look at the size.
constexpr std::array<std::string_view, 28> one_word_names{
    SANE_NAME_PREVIEW,           SANE_NAME_GRAY_PREVIEW,      SANE_NAME_BIT_DEPTH,   SANE_NAME_SCAN_RESOLUTION,
    SANE_NAME_SCAN_X_RESOLUTION, SANE_NAME_SCAN_Y_RESOLUTION, SANE_NAME_SCAN_TL_X,   SANE_NAME_SCAN_TL_Y,
    SANE_NAME_SCAN_BR_X,         SANE_NAME_SCAN_BR_Y,         SANE_NAME_PAGE_WIDTH,  SANE_NAME_PAGE_HEIGHT,
    SANE_NAME_CUSTOM_GAMMA,      SANE_NAME_BRIGHTNESS,        SANE_NAME_CONTRAST,    SANE_NAME_THRESHOLD,
    SANE_NAME_RESOLUTION_BIND,   SANE_NAME_NEGATIVE,          SANE_NAME_RGB_BIND,    SANE_NAME_HUE,
    SANE_NAME_SATURATION,        SANE_NAME_BLACK_LEVEL,       SANE_NAME_WHITE_LEVEL, SANE_NAME_SHADOW,
    SANE_NAME_HIGHLIGHT,         SANE_NAME_ANALOG_GAMMA,      SANE_NAME_QUALITY_CAL, SANE_NAME_WARMUP};

bool isControl(char c) noexcept
{
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

// Texts go to terminals as they are.
void cleanText(std::string &text)
{
    std::replace_if(
        text.begin(), text.end(), [](char c) { return isControl(c) && c != '\n' && c != '\t'; }, '?');
}

[[noreturn]] void refuseSize(const OptionDescriptor &descriptor)
{
    throw ProtocolError("option \"" + descriptor.name + "\" with a value of " + std::to_string(descriptor.size_bytes) +
                        " bytes");
}

void checkSize(OptionDescriptor &descriptor)
{
    const auto size = descriptor.size_bytes;
    // Drivers leave it at 0 for what the device doesn't have; nobody reads or writes it then.
    const bool absent = size == 0 && (descriptor.capabilities & SANE_CAP_INACTIVE) != 0;
    switch (descriptor.type) {
    case ValueType::boolean:
        if (size != word_bytes && !absent)
            refuseSize(descriptor);
        break;
    case ValueType::integer:
    case ValueType::fixed:
        if ((size < word_bytes || size % word_bytes != 0) && !absent)
            refuseSize(descriptor);
        break;
    case ValueType::string:
        if (size < 1 && !absent)
            refuseSize(descriptor);
        break;
    default:
        descriptor.size_bytes = 0;
    }
}

void checkWellKnown(OptionDescriptor &descriptor)
{
    if (std::find(one_word_names.begin(), one_word_names.end(), descriptor.name) == one_word_names.end())
        return;
    if (descriptor.type == ValueType::string)
        descriptor.capabilities |= SANE_CAP_INACTIVE;
    else if (isWordType(descriptor.type) && descriptor.size_bytes > word_bytes)
        refuseSize(descriptor);
}

void checkConstraint(OptionDescriptor &descriptor)
{
    const bool number = descriptor.type == ValueType::integer || descriptor.type == ValueType::fixed;
    const bool string = descriptor.type == ValueType::string;
    const auto constraint = descriptor.constraint_type;
    if ((constraint == ConstraintType::string_list && !string) ||
        ((constraint == ConstraintType::range || constraint == ConstraintType::word_list) && !number))
        descriptor.constraint_type = ConstraintType::none;
    // Frontends copy the strings of the list into a buffer of the option's size.
    if (string)
        std::erase_if(descriptor.strings, [&descriptor](const std::string &text) {
            return text.size() + 1 > static_cast<std::size_t>(descriptor.size_bytes);
        });
}

} // namespace

void checkNumberOption(const OptionDescriptor &descriptor)
{
    if (descriptor.type != ValueType::integer || descriptor.size_bytes != word_bytes ||
        descriptor.constraint_type != ConstraintType::none)
        throw ProtocolError("option 0 isn't the number of options");
}

void makeSound(OptionDescriptor &descriptor)
{
    if (std::any_of(descriptor.name.begin(), descriptor.name.end(), isControl))
        throw ProtocolError("control characters in an option's name");
    cleanText(descriptor.title);
    cleanText(descriptor.description);
    if (descriptor.unit > last_unit)
        descriptor.unit = SANE_UNIT_NONE;
    checkSize(descriptor);
    checkWellKnown(descriptor);
    checkConstraint(descriptor);
}

} // namespace netsane
