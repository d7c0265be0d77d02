#include "UserTable.hxx"

#include <algorithm>
#include <crypt.h>
#include <cstdint>
#include <utility>

namespace netsane {

static_assert(max_stored_form_bytes == CRYPT_OUTPUT_SIZE - 1);

namespace {

/// What takes the time if the table has no usable form at all: yescrypt at its default cost.
constexpr std::string_view default_setting = "$y$j9T$nobodyhasthisone0000000";

// Any two different keys do: they make two independent hashes of a secret that is longer than a key.
constexpr SipHash::Key low_key{0x6e657473616e652d, 0x7374616e642d696e};
constexpr SipHash::Key high_key{0x6e657473616e652d, 0x7374616e642d494e};

uint64_t hashOf(const SipHash::Key &key, const std::vector<UserTable::Entry> &entries, std::string_view secret)
{
    SipHash hash(key);
    hash.addText(secret);
    if (!secret.empty())
        return hash.finish();
    for (const UserTable::Entry &entry : entries) {
        hash.addText(entry.user);
        hash.addText(entry.crypted);
    }
    return hash.finish();
}

} // namespace

const char *refusalText(Standing standing) noexcept
{
    switch (standing) {
    case Standing::Good:
        return "wrong password";
    case Standing::Unknown:
        return "unknown user";
    case Standing::Locked:
        return "the user is locked";
    case Standing::NoPassword:
        return "the user has no password";
    case Standing::UnknownScheme:
        return "the stored password is in no form of crypt(3)";
    case Standing::MalformedEntry:
        return "the user's entry is malformed";
    case Standing::AccountExpired:
        return "the account has expired";
    case Standing::PasswordExpired:
        return "the password has expired";
    case Standing::PasswordInactive:
        return "the password expired so long ago that the account is inactive";
    case Standing::PasswordMustChange:
        return "the password must be changed before its first use";
    }
    return "refused";
}

// Forms without a prefix are DES, for which crypt(3) takes nearly any two characters as a salt; the length tells a
// password that was written down in clear.
bool isStoredForm(std::string_view crypted)
{
    constexpr size_t des_bytes = 13;
    constexpr size_t extended_des_bytes = 20;
    if (crypted.empty() || crypted.size() > max_stored_form_bytes)
        return false;
    if (!std::ranges::all_of(crypted, [](char c) { return c > 0x20 && c < 0x7f; }))
        return false;
    if (crypted.front() != '$' && crypted.size() != (crypted.front() == '_' ? extended_des_bytes : des_bytes))
        return false;
    std::array<char, max_stored_form_bytes + 1> setting{};
    std::ranges::copy(crypted, setting.begin());
    const int answer = ::crypt_checksalt(setting.data());
    return answer != CRYPT_SALT_INVALID && answer != CRYPT_SALT_METHOD_DISABLED;
}

UserTable::UserTable(std::vector<Entry> entries, std::string_view secret) : entries_(std::move(entries))
{
    std::ranges::sort(entries_, {}, &Entry::user);
    key_ = {hashOf(low_key, entries_, secret), hashOf(high_key, entries_, secret)};
}

void UserTable::readStoredForm(std::string_view field, Entry &entry)
{
    const bool locked = field.starts_with('!') || field.starts_with('*');
    const size_t marks = std::min(field.find_first_not_of('!'), field.size());
    const std::string_view form = field.substr(marks);
    const bool known = isStoredForm(form);
    entry.crypted = known ? form : std::string_view();
    if (locked)
        entry.standing = Standing::Locked;
    else if (!known)
        entry.standing = field.empty() ? Standing::NoPassword : Standing::UnknownScheme;
}

UserTable::Lookup UserTable::find(std::string_view user) const
{
    // also for users who don't need one, as it takes time
    const std::string_view other = standIn(user);
    const auto place = std::ranges::lower_bound(entries_, user, {}, &Entry::user);
    if (place == entries_.end() || place->user != user)
        return {other, false, false, Standing::Unknown};
    if (place->crypted.empty())
        return {other, false, false, place->standing == Standing::Good ? Standing::NoPassword : place->standing};
    return {place->crypted, place->standing == Standing::Good, true, place->standing};
}

// The entry with the highest hash together with the name, so that most names keep theirs when others come and go.
std::string_view UserTable::standIn(std::string_view user) const
{
    std::string_view best = default_setting;
    uint64_t highest = 0;
    for (const Entry &entry : entries_) {
        if (entry.crypted.empty())
            continue;
        SipHash hash(key_);
        hash.addText("stand-in");
        hash.addText(user);
        hash.addText(entry.user);
        const uint64_t value = hash.finish();
        if (value >= highest) {
            highest = value;
            best = entry.crypted;
        }
    }
    return best;
}

Seed UserTable::madeUpSeed(std::string_view user) const
{
    SipHash hash(key_);
    hash.addText("seed");
    hash.addText(user);
    const uint64_t value = hash.finish();
    return {seed_alphabet[value % seed_alphabet.size()],
            seed_alphabet[value / seed_alphabet.size() % seed_alphabet.size()], '\0'};
}

} // namespace netsane
