#include "FakeFaults.hxx"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fstream>
#include <limits>
#include <time.h>
#include <unistd.h>
#include <vector>

namespace netsane::test::faults {

namespace {

constexpr int babbled_lines = 20000;

[[noreturn]] void stick()
{
    for (;;) {
        const timespec long_time{3600, 0};
        ::nanosleep(&long_time, nullptr);
    }
}

void befall(const std::string &fault)
{
    if (fault == "sticks")
        stick();
    if (fault == "aborts" || fault == "crashes") {
        // As if nobody had installed a handler: a sanitizer's would write a report, which isn't wanted.
        const int number = fault == "aborts" ? SIGABRT : SIGSEGV;
        std::signal(number, SIG_DFL);
        std::raise(number);
    }
    if (fault == "exits")
        ::_exit(0);
    if (fault == "babbles")
        for (int line = 0; line < babbled_lines; ++line)
            std::fputs("a backend that has much to say about nothing\n", stderr);
}

const char *listFile()
{
    return std::getenv("NETSANE_FAKE_DEVICES");
}

SANE_Option_Descriptor option(SANE_Value_Type type, SANE_Int size, SANE_Constraint_Type constraint_type)
{
    return {"odd",           "odd",    "odd", type, SANE_UNIT_NONE, size, SANE_CAP_SOFT_DETECT | SANE_CAP_SOFT_SELECT,
            constraint_type, {nullptr}};
}

// As in a driver's C, where any number may stand in an enumeration.
template<typename Enum>
void put(Enum &place, int number)
{
    static_assert(sizeof place == sizeof number);
    std::memcpy(&place, &number, sizeof number);
}

} // namespace

void befall(const std::string &device, const char *call)
{
    const std::string end = std::string("-in-") + call;
    if (device.ends_with(end) && device.starts_with("fake:")) {
        std::fprintf(stderr, "inside %s\n", device.c_str() + 5);
        befall(device.substr(5, device.size() - end.size() - 5));
    }
}

const SANE_Option_Descriptor *descriptor(const std::string &device, SANE_Int number)
{
    if (number != 1 || !device.starts_with("fake:odd-option-"))
        return nullptr;
    const std::string kind = device.substr(std::strlen("fake:odd-option-"));
    static const SANE_Word negative_words[] = {-7, 1, 2, 3};
    static const SANE_Range upside_down{10, -10, -3};
    static SANE_Option_Descriptor made;
    if (kind == "huge")
        made = option(SANE_TYPE_STRING, std::numeric_limits<SANE_Int>::max(), SANE_CONSTRAINT_NONE);
    else if (kind == "type") {
        made = option(SANE_TYPE_INT, 4, SANE_CONSTRAINT_NONE);
        put(made.type, 4711);
        put(made.constraint_type, -1);
    } else if (kind == "null-list")
        made = option(SANE_TYPE_STRING, 8, SANE_CONSTRAINT_STRING_LIST);
    else if (kind == "null-range")
        made = option(SANE_TYPE_INT, 4, SANE_CONSTRAINT_RANGE);
    else if (kind == "nameless")
        made = {nullptr, nullptr, nullptr, SANE_TYPE_INT, SANE_UNIT_NONE, 4, -1, SANE_CONSTRAINT_NONE, {nullptr}};
    else if (kind == "words") {
        made = option(SANE_TYPE_INT, 4, SANE_CONSTRAINT_WORD_LIST);
        made.constraint.word_list = negative_words;
    } else {
        made = option(SANE_TYPE_INT, 4, SANE_CONSTRAINT_RANGE);
        made.constraint.range = &upside_down;
    }
    return &made;
}

void alter(const std::string &device, SANE_Parameters &parameters)
{
    if (device == "fake:more-than-said")
        parameters.lines = 2;
    else if (device == "fake:less-than-said")
        parameters.lines = 4000;
    else if (device == "fake:odd-parameters")
        parameters = {static_cast<SANE_Frame>(99), 77, -1, -5, -100, -8};
    else if (device == "fake:floods")
        parameters = {SANE_FRAME_GRAY, SANE_TRUE, 1024, 1024, 1 << 20, 8};
}

bool areListed()
{
    return listFile() != nullptr;
}

const SANE_Device **devices()
{
    static std::deque<std::string> names;
    static std::deque<SANE_Device> made;
    static std::vector<const SANE_Device *> list;
    list.clear();
    std::ifstream file(listFile());
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("!")) {
            befall(line.substr(1));
            continue;
        }
        names.push_back(line);
        made.push_back({names.back().c_str(), "", "", ""});
        list.push_back(&made.back());
    }
    list.push_back(nullptr);
    return list.data();
}

} // namespace netsane::test::faults
