// The password file of auth methods: lines `user:crypted`. Blank lines and lines that start with # are ignored, but for
// one `#secret:` with 43 characters of [A-Za-z0-9./], which keys what is shown for users that don't exist. Anything
// else makes the whole file unusable: a typing error must not let in or lock out somebody unnoticed.

#pragma once

#include "UserTable.hxx"

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace netsane {

/// what() is "line N: reason"; it quotes nothing of the line.
class PasswordFileError : public std::runtime_error {
public:
    PasswordFileError(size_t line, const std::string &reason);
};

/// A view of a file's text, which must outlive it and stays where it is (in locked memory).
class PasswordFile {
public:
    static constexpr size_t max_user_bytes = 256;
    static constexpr size_t max_crypted_bytes = max_stored_form_bytes;
    static constexpr size_t secret_characters = 43;
    static constexpr std::string_view secret_prefix = "#secret:";

    /// Throws PasswordFileError.
    explicit PasswordFile(std::string_view text);

    using Lookup = UserTable::Lookup;

    /// The stored form of a user. For a user who is unknown, or locked without a form, it is that of somebody else,
    /// always the same one for the same name, so that checking takes the same time.
    Lookup find(std::string_view user) const { return users_.find(user); }

    const UserTable &users() const noexcept { return users_; }

    /// Whether there is a line `#secret:`.
    bool hasSecret() const noexcept { return has_secret_; }

    size_t size() const noexcept { return users_.size(); }

private:
    struct Contents;

    explicit PasswordFile(const Contents &contents);

    bool has_secret_;
    UserTable users_;
};

} // namespace netsane
