#include "tool/scanner/LoginPrompt.hxx"

#include "tool/passwd/PasswordReader.hxx"
#include "util/Printable.hxx"

#include <cstring>
#include <exception>
#include <string>

namespace netsane {

namespace {

constexpr std::size_t max_resource_bytes = 300;

// Behind this saned's clients find a challenge for a hashed answer.
constexpr const char *challenge_mark = "$MD5$";

} // namespace

void askLogin(SANE_String_Const resource, SANE_Char *user, SANE_Char *password) noexcept
{
    user[0] = password[0] = '\0';
    try {
        std::string name = printable(resource, max_resource_bytes);
        name.erase(std::min(name.find(challenge_mark), name.size()));
        const auto answer = askUserAndPassword(name, SANE_MAX_USERNAME_LEN - 1, SANE_MAX_PASSWORD_LEN - 1);
        if (!answer)
            return;
        std::memcpy(user, answer->user.c_str(), answer->user.size() + 1);
        std::memcpy(password, answer->password.c_str(), answer->password.size() + 1);
    } catch (const std::exception &) {
        user[0] = password[0] = '\0'; // an empty answer: the login is refused, and that is said
    }
}

} // namespace netsane
