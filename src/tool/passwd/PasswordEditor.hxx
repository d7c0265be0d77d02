// Changes to the text of a password file (lines user:stored, plugins/auth/common/PasswordFile.hxx), one user at a time.
// Every other line keeps its bytes and its place. Does no input or output and knows no clear password.
//
// A stored form with ! or * in front is locked: nobody gets in with it.
#pragma once

#include "tool/passwd/SecretText.hxx"

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace netsane {

class PasswordEditor {
public:
    struct User {
        std::string_view name;
        std::string_view stored; // without the mark for locked; may be empty then
        bool locked = false;
    };

    // A view of the file's text, which must outlive it; "" for a file that is to be made. Throws PasswordFileError for
    // a file that the auth methods would refuse.
    explicit PasswordEditor(std::string_view text);

    // In the order of the file.
    std::vector<User> users() const;
    std::optional<User> find(std::string_view name) const;

    // Whether the file has its line #secret:, which the auth methods key made-up answers with.
    bool hasSecret() const noexcept { return has_secret_; }

    // Each returns the whole new text, checked as the old one was. secret: 43 characters for a file that has no
    // #secret: line yet. Throws ToolError (no such user, a name that can't be, nothing to unlock),
    // PasswordFileError, and std::invalid_argument for a stored form of more than one line.
    //
    // A new user comes last; one who is locked stays locked.
    SecretText withPassword(std::string_view name, std::string_view stored, std::string_view secret) const;
    SecretText withoutUser(std::string_view name, std::string_view secret) const;
    SecretText withLock(std::string_view name, bool locked, std::string_view secret) const;

private:
    // Where a user stands in the text: [line, stored) is "name:", [stored, end) the stored form with its mark, and
    // next is the begin of the next line.
    struct Place {
        std::size_t line;
        std::size_t stored;
        std::size_t end;
        std::size_t next;
    };

    void addLine(std::size_t begin, std::size_t end, std::size_t next);
    User userAt(const Place &place) const;
    const Place *placeOf(std::string_view name) const;
    const Place &needPlace(std::string_view name) const;
    SecretText splice(std::size_t begin, std::size_t end, std::initializer_list<std::string_view> parts,
                      std::string_view secret) const;

    std::string_view text_;
    std::vector<Place> places_;
    bool has_secret_;
};

// 43 random characters [A-Za-z0-9./], 258 bits, for the line #secret:. Throws std::system_error.
SecretText makeFileSecret();

} // namespace netsane
