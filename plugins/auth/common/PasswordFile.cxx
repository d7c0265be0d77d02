#include "PasswordFile.hxx"

#include <algorithm>
#include <array>
#include <crypt.h>
#include <cstdint>

namespace netsane {

namespace {

/// What takes the time if the file has no usable entry at all: yescrypt at its default cost.
constexpr std::string_view default_setting = "$y$j9T$nobodyhasthisone0000000";

bool isControl(char c)
{
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
}

bool isCryptedCharacter(char c)
{
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte < 0x7f;
}

bool isLocked(std::string_view crypted)
{
    return crypted.starts_with('!') || crypted.starts_with('*');
}

/// Whether crypt(3) knows the scheme. Forms without a prefix are DES, for which crypt(3) takes nearly any two
/// characters as a salt; the length tells a password that was written down in clear.
bool isKnownScheme(std::string_view crypted)
{
    constexpr size_t des_bytes = 13;
    constexpr size_t extended_des_bytes = 20;
    if (crypted.front() != '$' && crypted.size() != (crypted.front() == '_' ? extended_des_bytes : des_bytes))
        return false;
    std::array<char, PasswordFile::max_crypted_bytes + 1> setting{};
    std::ranges::copy(crypted, setting.begin());
    const int answer = ::crypt_checksalt(setting.data());
    return answer != CRYPT_SALT_INVALID && answer != CRYPT_SALT_METHOD_DISABLED;
}

uint64_t stableHash(std::string_view text)
{
    uint64_t hash = 0xcbf29ce484222325U; // FNV-1a
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return hash;
}

} // namespace

PasswordFileError::PasswordFileError(size_t line, const std::string &reason)
    : std::runtime_error("line " + std::to_string(line) + ": " + reason)
{
}

PasswordFile::PasswordFile(std::string_view text)
{
    size_t number = 0;
    while (!text.empty()) {
        const size_t end = text.find('\n');
        addLine(text.substr(0, end), ++number);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    std::ranges::sort(entries_, {}, &Entry::user);
    const auto twice = std::ranges::adjacent_find(entries_, {}, &Entry::user);
    if (twice != entries_.end())
        throw PasswordFileError(std::max(twice[0].line, twice[1].line),
                                "names the same user as line " +
                                    std::to_string(std::min(twice[0].line, twice[1].line)));
}

void PasswordFile::addLine(std::string_view line, size_t number)
{
    if (line.find_first_not_of(" \t") == std::string_view::npos || line.front() == '#')
        return;
    if (std::ranges::any_of(line, isControl))
        throw PasswordFileError(number, "has a control character (only line feeds end lines)");
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos)
        throw PasswordFileError(number, "has no colon between user and crypted password");
    const std::string_view user = line.substr(0, colon);
    const std::string_view crypted = line.substr(colon + 1);
    if (user.empty() || user.size() > max_user_bytes)
        throw PasswordFileError(number, "has a user name that is empty or too long");
    if (crypted.empty() || crypted.size() > max_crypted_bytes)
        throw PasswordFileError(number, "has a crypted password that is empty or too long");
    if (crypted.find(':') != std::string_view::npos)
        throw PasswordFileError(number, "has more than two parts between colons");
    if (!std::ranges::all_of(crypted, isCryptedCharacter))
        throw PasswordFileError(number, "has a crypted password with a space or a character that isn't ASCII");
    const bool locked = isLocked(crypted);
    if (!locked && !isKnownScheme(crypted))
        throw PasswordFileError(number, "has a password that is not in a form of crypt(3)");
    entries_.push_back({user, crypted, number, locked});
}

PasswordFile::Lookup PasswordFile::find(std::string_view user) const
{
    const std::string_view other = decoy(user);
    const auto place = std::ranges::lower_bound(entries_, user, {}, &Entry::user);
    if (place == entries_.end() || place->user != user || place->locked)
        return {other, false};
    return {place->crypted, true};
}

std::string_view PasswordFile::decoy(std::string_view user) const
{
    const auto usable = [](const Entry &entry) { return !entry.locked; };
    const auto count = static_cast<uint64_t>(std::ranges::count_if(entries_, usable));
    if (count == 0)
        return default_setting;
    uint64_t left = stableHash(user) % count;
    for (const Entry &entry : entries_)
        if (usable(entry) && left-- == 0)
            return entry.crypted;
    return default_setting;
}

} // namespace netsane
