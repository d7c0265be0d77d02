// Users with their stored passwords, and what is shown in place of those who don't exist. Such a user behaves like
// somebody in the table, a stand-in, always the same one for the same name. Which one can't be computed without the
// table's key.

#pragma once

#include "SipHash.hxx"

#include <array>
#include <string_view>
#include <vector>

namespace netsane {

/// Whether a user may log in with the right password, and if not, why.
enum class Standing {
    Good,
    Unknown,
    Locked,
    NoPassword,     ///< the stored form is empty
    UnknownScheme,  ///< crypt(3) can't do anything with the stored form
    MalformedEntry, ///< a field isn't what it should be
    AccountExpired,
    PasswordExpired,
    PasswordInactive,  ///< expired longer ago than there is time to change it
    PasswordMustChange ///< before its first use
};

/// Why a login was refused, for the log and not for the peer. Good: the password was wrong.
const char *refusalText(Standing standing) noexcept;

/// Characters of salts and seeds, by their value.
constexpr std::string_view seed_alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Two characters of seed_alphabet and a NUL.
using Seed = std::array<char, 3>;

/// The most characters that a stored form has: CRYPT_OUTPUT_SIZE without its NUL.
constexpr size_t max_stored_form_bytes = 383;

/// Whether crypt(3) takes this form as a setting. At most max_stored_form_bytes.
bool isStoredForm(std::string_view crypted);

/// Owned by who reads a file of users; a view of that file's text, which is in locked memory.
class UserTable {
public:
    struct Entry {
        std::string_view user;
        std::string_view crypted; ///< one for which isStoredForm holds, or empty
        Standing standing = Standing::Good;
    };

    /// @param entries each user once
    /// @param secret what the stand-ins are keyed with; empty: all names and stored forms, which nobody knows all of
    UserTable(std::vector<Entry> entries, std::string_view secret);

    /// Reads a field with a stored password: sets `crypted` and `standing` for one that is empty, locked (with ! or *
    /// in front) or of no known scheme. A form that is locked by ! in front of it stays usable as a setting.
    static void readStoredForm(std::string_view field, Entry &entry);

    struct Lookup {
        std::string_view crypted; ///< a form that crypt(3) accepts as setting; not NUL-terminated
        bool usable = false;      ///< false: nobody may log in with it, it only takes the time
        bool own = false;         ///< the form is this user's own and not a stand-in's
        Standing standing = Standing::Unknown;
    };

    Lookup find(std::string_view user) const;

    /// The seed of a user who has none: any of the 4096 with the same chance, as real ones are, and always the same.
    Seed madeUpSeed(std::string_view user) const;

    size_t size() const noexcept { return entries_.size(); }

private:
    std::string_view standIn(std::string_view user) const;

    std::vector<Entry> entries_;
    SipHash::Key key_;
};

} // namespace netsane
