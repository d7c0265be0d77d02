#include "tool/scanner/LoginPrompt.hxx"

#include "os/SecureMemory.hxx"
#include "tool/passwd/PasswordReader.hxx"
#include "util/Printable.hxx"

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <openssl/evp.h>
#include <span>
#include <stdexcept>

namespace netsane {

namespace {

constexpr std::size_t max_resource_bytes = 300;

constexpr std::string_view challenge_mark = "$MD5$";
constexpr std::size_t max_salt_bytes = 128;

} // namespace

std::string answerFor(std::string_view resource, std::string_view password)
{
    const auto mark = resource.find(challenge_mark);
    if (mark == std::string_view::npos)
        return std::string(password);
    SecretText text(max_salt_bytes + password.size());
    text.append(resource.substr(mark + challenge_mark.size(), max_salt_bytes));
    text.append(password);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_Digest(text.c_str(), text.size(), digest.data(), &size, EVP_md5(), nullptr) != 1)
        throw std::runtime_error("no MD5");
    std::string answer(challenge_mark);
    for (unsigned i = 0; i < size; ++i) {
        constexpr std::string_view digits = "0123456789abcdef";
        answer += digits[digest.at(i) >> 4U];
        answer += digits[digest.at(i) & 15U];
    }
    return answer;
}

void askLogin(SANE_String_Const resource, SANE_Char *user, SANE_Char *password) noexcept
{
    user[0] = password[0] = '\0';
    try {
        std::string name = printable(resource, max_resource_bytes);
        name.erase(std::min(name.find(challenge_mark), name.size()));
        const auto answer = askUserAndPassword(name, SANE_MAX_USERNAME_LEN - 1, SANE_MAX_PASSWORD_LEN - 1);
        if (!answer)
            return;
        auto secret = answerFor(resource, answer->password.view());
        std::memcpy(user, answer->user.c_str(), answer->user.size() + 1);
        std::memcpy(password, secret.c_str(), std::min(secret.size() + 1, std::size_t{SANE_MAX_PASSWORD_LEN}));
        wipe(std::as_writable_bytes(std::span(secret)));
    } catch (const std::exception &) {
        user[0] = password[0] = '\0'; // an empty answer: the login is refused, and that is said
    }
}

} // namespace netsane
