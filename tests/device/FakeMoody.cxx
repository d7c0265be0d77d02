#include "FakeMoody.hxx"

#include <array>
#include <cstring>
#include <string>

namespace netsane::test::moody {

namespace {

constexpr SANE_Int readable = SANE_CAP_SOFT_DETECT;
constexpr SANE_Int settable = SANE_CAP_SOFT_DETECT | SANE_CAP_SOFT_SELECT | SANE_CAP_AUTOMATIC;

enum Option { count, master, slave, text, sensor, shy, shape, lies, secret, option_count };

std::array<SANE_Word, option_count> words{};
std::array<SANE_Word, 3> shape_words{};
std::string text_value = "none";

SANE_Option_Descriptor make(const char *name, SANE_Value_Type type, SANE_Int size, SANE_Int capabilities)
{
    return {name, name, "", type, SANE_UNIT_NONE, size, capabilities, SANE_CONSTRAINT_NONE, {nullptr}};
}

// One step of the number changes three options that nobody has mentioned.
void setMaster(SANE_Word value)
{
    words[master] = value;
    words[slave] = static_cast<SANE_Word>(static_cast<unsigned>(value) * 2);
    text_value = "master is " + std::to_string(value % 1000);
}

SANE_Status get(SANE_Int option, void *value)
{
    if (option == shy && words[master] % 2 != 0)
        return SANE_STATUS_INVAL;
    if (option == sensor)
        ++words[sensor];
    if (option == text)
        std::memcpy(value, text_value.c_str(), text_value.size() + 1);
    else if (option == shape)
        std::memcpy(value, shape_words.data(), static_cast<std::size_t>(descriptor(shape)->size));
    else
        *static_cast<SANE_Word *>(value) = option == count ? SANE_Word{option_count} : words.at(option);
    return SANE_STATUS_GOOD;
}

SANE_Status set(SANE_Int option, void *value, SANE_Int *info)
{
    if (option == text) {
        text_value = static_cast<const char *>(value);
        return SANE_STATUS_GOOD;
    }
    if (option == shape) {
        std::memcpy(shape_words.data(), value, static_cast<std::size_t>(descriptor(shape)->size));
        return SANE_STATUS_GOOD;
    }
    const SANE_Word word = *static_cast<SANE_Word *>(value);
    switch (option) {
    case master: {
        const auto before = words[master];
        setMaster(word);
        *info = before % 3 == word % 3 ? 0 : SANE_INFO_RELOAD_OPTIONS;
        return SANE_STATUS_GOOD;
    }
    case slave:
        if (word == 13) { // a refusal that has changed something
            words[shy] = 13;
            return SANE_STATUS_INVAL;
        }
        *info = SANE_INFO_RELOAD_PARAMS;
        words[slave] = word;
        return SANE_STATUS_GOOD;
    case lies: // without SANE_INFO_INEXACT
        words[lies] = static_cast<SANE_Word>(static_cast<unsigned>(word) + 1);
        return SANE_STATUS_GOOD;
    default:
        words.at(option) = word;
        return SANE_STATUS_GOOD;
    }
}

} // namespace

const SANE_Option_Descriptor *descriptor(SANE_Int option)
{
    static std::array<SANE_Option_Descriptor, option_count> all{
        make("", SANE_TYPE_INT, sizeof(SANE_Word), readable),
        make("master", SANE_TYPE_INT, sizeof(SANE_Word), settable),
        make("slave", SANE_TYPE_INT, sizeof(SANE_Word), settable),
        make("text", SANE_TYPE_STRING, 32, settable),
        make("sensor", SANE_TYPE_INT, sizeof(SANE_Word), SANE_CAP_HARD_SELECT | SANE_CAP_SOFT_DETECT),
        make("shy", SANE_TYPE_INT, sizeof(SANE_Word), settable),
        make("shape", SANE_TYPE_INT, sizeof(SANE_Word), settable),
        make("lies", SANE_TYPE_INT, sizeof(SANE_Word), settable),
        make("secret", SANE_TYPE_INT, sizeof(SANE_Word), settable)};
    if (option < 0 || option >= option_count)
        return nullptr;
    const auto step = (words[master] % 3 + 3) % 3;
    all[shape].size = static_cast<SANE_Int>(sizeof(SANE_Word)) * (1 + step);
    all[secret].cap = step == 2 ? settable | SANE_CAP_INACTIVE : settable;
    return &all.at(option);
}

SANE_Status control(SANE_Int option, SANE_Action action, void *value, SANE_Int *info)
{
    const auto *const known = descriptor(option);
    if (!known || !SANE_OPTION_IS_ACTIVE(known->cap))
        return SANE_STATUS_INVAL;
    if (action == SANE_ACTION_GET_VALUE)
        return get(option, value);
    if (!SANE_OPTION_IS_SETTABLE(known->cap))
        return SANE_STATUS_INVAL;
    if (action == SANE_ACTION_SET_VALUE)
        return set(option, value, info);
    if (option == text || option == shape)
        return SANE_STATUS_INVAL;
    SANE_Word automatic = 7;
    return set(option, &automatic, info);
}

SANE_Int lines()
{
    return words[slave] & 0xffff;
}

} // namespace netsane::test::moody
