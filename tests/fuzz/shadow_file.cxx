// readShadowUsers with any text, at any day: usable are users with an unlocked form whose dates allow it, as judged
// here from the fields of the user's first line.

#include "plugins/auth/unix/ShadowUsers.hxx"
#include "tests/fuzz/FuzzInput.hxx"
#include "tests/fuzz/Require.hxx"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace netsane;

constexpr size_t most_names = 16;
constexpr long most_days = 0x7fffffff;

std::vector<std::string> split(const std::string &text, char separator)
{
    std::vector<std::string> parts(1);
    for (const char c : text)
        if (c == separator)
            parts.emplace_back();
        else
            parts.back() += c;
    return parts;
}

struct Days {
    bool valid = true;
    bool set = false;
    long value = 0;
};

Days daysIn(const std::vector<std::string> &fields, size_t index)
{
    if (index >= fields.size() || fields[index].empty())
        return {};
    const std::string &text = fields[index];
    const size_t digits = text.front() == '-' ? 1 : 0;
    if (text.size() == digits || text.find_first_not_of("0123456789", digits) != text.npos)
        return {false, false, 0};
    errno = 0;
    const long value = std::strtol(text.c_str(), nullptr, 10);
    return {errno == 0 && value <= most_days, value >= 0, value};
}

bool mayLogIn(const std::vector<std::string> &fields, long today)
{
    if (fields.size() < 2 || fields.size() > 9 || !isStoredForm(fields[1]) || fields[1].front() == '*')
        return false;
    const Days changed = daysIn(fields, 2);
    const Days longest = daysIn(fields, 4);
    const Days grace = daysIn(fields, 6);
    const Days end = daysIn(fields, 7);
    if (!changed.valid || !longest.valid || !grace.valid || !end.valid)
        return false;
    if (end.set && today >= end.value)
        return false;
    if (!changed.set)
        return true;
    return changed.value != 0 && (!longest.set || today <= changed.value + longest.value);
}

bool isEverRead(const std::string &user)
{
    return !user.empty() && user.front() != '+' && user.front() != '-';
}

/// The fields of the user's first line; none if there is none.
std::vector<std::string> lineOf(const std::vector<std::string> &lines, const std::string &user)
{
    for (const std::string &line : lines)
        if (line.substr(0, line.find(':')) == user)
            return split(line, ':');
    return {};
}

void look(const UserTable &users, const std::vector<std::string> &lines, const std::string &user, long today)
{
    const UserTable::Lookup lookup = users.find(user);
    const std::vector<std::string> fields = isEverRead(user) ? lineOf(lines, user) : std::vector<std::string>{};
    require(isStoredForm(lookup.crypted), "a lookup gives a setting for crypt(3)");
    require(lookup.usable == mayLogIn(fields, today), "usable are users whose form and dates allow it");
    require(!lookup.usable || lookup.crypted == fields[1], "a user has the form of his own line");
    require(!lookup.own || (fields.size() > 1 && fields[1].ends_with(lookup.crypted)),
            "what is called somebody's own is his own");
    require(lookup.usable == (lookup.standing == Standing::Good), "who is good may log in, and nobody else");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    const long today = data[0] << 8 | data[1];
    const std::string_view text(reinterpret_cast<const char *>(data) + 2, size - 2);
    const UserTable users = readShadowUsers(text, today);
    const std::vector<std::string> lines = split(std::string(text), '\n');
    look(users, lines, "nobody", today);
    for (size_t i = 0; i < std::min(lines.size(), most_names); ++i)
        look(users, lines, lines[i].substr(0, lines[i].find(':')), today);
    return 0;
}
