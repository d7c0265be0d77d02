#include "ShadowUsers.hxx"

#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <unordered_set>
#include <utility>
#include <vector>

namespace netsane {

namespace {

// The fields of shadow(5), in days: the last change of the password, the longest time until the next (after which the
// account has some more), and the end of the account.
enum Field : size_t {
    user_field,
    form_field,
    changed_field,
    min_field,
    max_field,
    warn_field,
    inactive_field,
    end_field
};

constexpr size_t field_count = 9;

using Fields = std::array<std::string_view, field_count>;

/// False if there are more fields than there may be, or too few to name a password.
bool split(std::string_view line, Fields &fields)
{
    size_t count = 0;
    for (;;) {
        const size_t colon = line.find(':');
        if (count == field_count)
            return false;
        fields[count++] = line.substr(0, colon);
        if (colon == std::string_view::npos)
            return count > form_field;
        line.remove_prefix(colon + 1);
    }
}

/// A number of days; nothing where the field is empty or negative. Throws std::invalid_argument.
std::optional<int64_t> days(std::string_view field)
{
    // sums of three must not overflow
    constexpr int64_t most = std::numeric_limits<int32_t>::max();
    if (field.empty())
        return std::nullopt;
    int64_t value = 0;
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
    if (error != std::errc() || end != field.data() + field.size() || value > most)
        throw std::invalid_argument("not a number of days");
    return value < 0 ? std::nullopt : std::optional(value);
}

Standing judgeDates(const Fields &fields, int64_t today)
{
    try {
        const auto changed = days(fields[changed_field]);
        const auto max_age = days(fields[max_field]);
        const auto end = days(fields[end_field]);
        const auto grace = days(fields[inactive_field]);
        if (end && today >= *end)
            return Standing::AccountExpired;
        if (changed == 0)
            return Standing::PasswordMustChange;
        if (!changed || !max_age || today <= *changed + *max_age)
            return Standing::Good;
        // in the days of grace it would have to be changed at the login, which can't be done here
        const bool inactive = grace && today > *changed + *max_age + *grace;
        return inactive ? Standing::PasswordInactive : Standing::PasswordExpired;
    } catch (const std::invalid_argument &) {
        return Standing::MalformedEntry;
    }
}

UserTable::Entry readEntry(const Fields &fields, int64_t today)
{
    UserTable::Entry entry{fields[user_field], {}, Standing::Good};
    UserTable::readStoredForm(fields[form_field], entry);
    if (entry.standing == Standing::Good)
        entry.standing = judgeDates(fields, today);
    return entry;
}

} // namespace

UserTable readShadowUsers(std::string_view text, int64_t today)
{
    std::vector<UserTable::Entry> entries;
    std::unordered_set<std::string_view> seen;
    while (!text.empty()) {
        const size_t end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        Fields fields;
        const bool whole = split(line, fields);
        const std::string_view user = fields[user_field];
        // + and - are of the time of NIS: other sources to look at
        if (user.empty() || user.front() == '+' || user.front() == '-' || !seen.insert(user).second)
            continue;
        entries.push_back(whole ? readEntry(fields, today) : UserTable::Entry{user, {}, Standing::MalformedEntry});
    }
    return {std::move(entries), {}};
}

} // namespace netsane
