// Stored forms of passwords for tests.

#pragma once

#include <array>
#include <crypt.h>
#include <memory>
#include <stdexcept>
#include <string>

namespace netsane {

/// The seed's own example: DES, of "password".
constexpr std::string_view seed_example = "ABRCL9ijBr2LY";

/// The stored form of a password in a scheme, at the cost that is given (0: the default).
inline std::string storedForm(const std::string &password, const char *prefix, unsigned long cost)
{
    std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
    const auto data = std::make_unique<crypt_data>();
    if (::crypt_gensalt_rn(prefix, cost, nullptr, 0, setting.data(), setting.size()) == nullptr)
        throw std::runtime_error("crypt_gensalt");
    const char *const text = ::crypt_rn(password.c_str(), setting.data(), data.get(), sizeof *data);
    if (text == nullptr)
        throw std::runtime_error("crypt");
    return text;
}

/// crypt(3) with a setting of one's own.
inline std::string cryptOf(const std::string &phrase, const std::string &setting)
{
    const auto data = std::make_unique<crypt_data>();
    const char *const text = ::crypt_rn(phrase.c_str(), setting.c_str(), data.get(), sizeof *data);
    return text != nullptr ? text : "";
}

} // namespace netsane
