// Somebody in the password file of a fuzz target, and when a password is the right one.

#pragma once

#include "tests/auth/AuthFields.hxx"
#include "tests/fuzz/FuzzInput.hxx"

#include <string>
#include <vector>

namespace netsane {

struct LabUser {
    std::string name;
    std::string password;
    std::string stored; ///< without the mark of a locked user; empty: not in the file
    bool locked = false;

    bool mayLogIn() const { return !stored.empty() && !locked; }
    bool hasDes() const { return stored.size() == 13; }

    /// Whether crypt(3) makes the stored form of this one too: for DES the first 8 bytes count, and 7 bits of each.
    bool isSecret(const std::string &typed) const;
};

/// Three with passwords of schemes that take little time, two who are locked, the second of them with DES, and one who
/// isn't there.
const std::vector<LabUser> &labUsers();

/// The password file with all that are in it.
std::string passwordFileOf(const std::vector<LabUser> &users);

/// A setting of a scheme and with a salt that the input chooses.
std::string chooseSetting(FuzzInput &input);

/// What crypt(3) makes of a password; empty where it can't. Unlike some schemes it takes no longer than a millisecond
/// or two.
std::string cryptForm(const std::string &password, const std::string &setting);

/// The two responses of PASS_CRYPT, computed from the text of protocol.md §6.3 alone.
OutFields cryptResponses(const std::string &stored, const std::string &second_seed, const std::string &third_seed);

/// A string field.
std::vector<std::byte> stringField(const std::string &text);

/// Whether the field is a string: a NUL at its end and nowhere else.
bool isString(const std::vector<std::byte> &field);

/// The text of such a field.
std::string textOf(const std::vector<std::byte> &field);

} // namespace netsane
