#include "tool/passwd/PasswordScheme.hxx"

#include "os/Error.hxx"
#include "tool/ToolError.hxx"

#include <algorithm>
#include <array>
#include <cerrno>
#include <crypt.h>
#include <utility>

namespace netsane {

namespace {

constexpr std::size_t des_password_bytes = 8;
constexpr std::size_t des_stored_bytes = 13;

constexpr std::pair<std::string_view, std::string_view> prefixes[] = {
    {"$y$", "yescrypt"}, {"$gy$", "gost-yescrypt"}, {"$7$", "scrypt"}, {"$2", "bcrypt"},
    {"$6$", "SHA-512"},  {"$5$", "SHA-256"},        {"$1$", "MD5"},    {"_", "extended DES"},
};

} // namespace

PasswordScheme schemeOf(std::string_view stored) noexcept
{
    const bool des = stored.size() == des_stored_bytes && stored.front() != '$' && stored.front() != '_';
    return des ? PasswordScheme::des : PasswordScheme::strong;
}

std::string_view schemeName(std::string_view stored) noexcept
{
    if (schemeOf(stored) == PasswordScheme::des)
        return "DES";
    for (const auto &[prefix, name] : prefixes)
        if (stored.starts_with(prefix))
            return name;
    return stored.empty() ? "no password" : "another scheme";
}

std::string desLoss(std::string_view password)
{
    if (password.size() > des_password_bytes)
        return "only its first " + std::to_string(des_password_bytes) + " characters would count";
    if (std::ranges::any_of(password, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
        return "one bit of each character beyond ASCII would not count";
    return {};
}

SecretText encryptPassword(const SecretText &password, PasswordScheme scheme)
{
    // No count and no random bytes given: libxcrypt takes its defaults and the system's random source.
    const char *const prefix = scheme == PasswordScheme::des ? "" : ::crypt_preferred_method();
    std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
    if (!prefix || !::crypt_gensalt_rn(prefix, 0, nullptr, 0, setting.data(), static_cast<int>(setting.size())))
        throw ToolError(ExitCode::failed, "this system's libcrypt can't make passwords in " +
                                              std::string(scheme == PasswordScheme::des ? "DES" : "a strong scheme") +
                                              ": " + errnoText(errno));
    SecureBytes memory(sizeof(crypt_data));
    const char *const stored =
        ::crypt_rn(password.c_str(), setting.data(), memory.data(), static_cast<int>(memory.size()));
    if (!stored || *stored == '*')
        throwErrno("encrypt the password");
    SecretText result(CRYPT_OUTPUT_SIZE);
    result.append(stored);
    return result;
}

} // namespace netsane
