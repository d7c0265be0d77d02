// How passwords are stored: crypt(3)'s best scheme for PASS_UNIX, traditional DES for PASS_CRYPT (seed 2.4.2).
#pragma once

#include "tool/passwd/SecretText.hxx"

#include <string>
#include <string_view>

namespace netsane {

// 511 bytes: what crypt(3) takes.
inline constexpr std::size_t max_password_bytes = 511;

enum class PasswordScheme {
    strong, // what libxcrypt prefers: yescrypt
    des,
};

// The kind of a stored form without its mark for locked; strong for what isn't DES, empty forms included.
PasswordScheme schemeOf(std::string_view stored) noexcept;

// "yescrypt", "DES", "SHA-512": for people.
std::string_view schemeName(std::string_view stored) noexcept;

// What DES would leave out of a password, for people: "only its first 8 characters would count". Empty: nothing.
std::string desLoss(std::string_view password);

// The stored form, with a random salt. Takes as long as the scheme is meant to (tenths of a second). The password has
// no NUL. Throws ToolError where libxcrypt lacks the scheme, std::system_error.
SecretText encryptPassword(const SecretText &password, PasswordScheme scheme);

} // namespace netsane
