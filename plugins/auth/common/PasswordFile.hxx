// The password file of PASS_UNIX: lines `user:crypted`. Blank lines and lines that start with # are ignored. Anything
// else makes the whole file unusable: a typing error must not let in or lock out somebody unnoticed.

#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

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
    static constexpr size_t max_crypted_bytes = 383; ///< CRYPT_OUTPUT_SIZE without its NUL

    /// Throws PasswordFileError.
    explicit PasswordFile(std::string_view text);

    struct Lookup {
        std::string_view crypted; ///< a form that crypt(3) accepts as setting; not NUL-terminated
        bool usable = false;      ///< false: nobody may log in with it, it only takes the time
    };

    /// The stored form of a user. For a user who is unknown or locked (stored form with ! or * in front) it is that of
    /// somebody else, always the same one for the same name, so that checking takes the same time.
    Lookup find(std::string_view user) const;

    size_t size() const noexcept { return entries_.size(); }

private:
    struct Entry {
        std::string_view user;
        std::string_view crypted;
        size_t line = 0;
        bool locked = false;
    };

    void addLine(std::string_view line, size_t number);
    std::string_view decoy(std::string_view user) const;

    std::vector<Entry> entries_;
};

} // namespace netsane
