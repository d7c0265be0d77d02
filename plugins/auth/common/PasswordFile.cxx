#include "PasswordFile.hxx"

#include <algorithm>
#include <vector>

namespace netsane {

namespace {

bool isControl(char c)
{
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
}

bool isCryptedCharacter(char c)
{
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte < 0x7f;
}

} // namespace

PasswordFileError::PasswordFileError(size_t line, const std::string &reason)
    : std::runtime_error("line " + std::to_string(line) + ": " + reason)
{
}

/// What the lines say.
struct PasswordFile::Contents {
    struct Line {
        UserTable::Entry entry;
        size_t number;
    };

    explicit Contents(std::string_view text);

    void addLine(std::string_view line, size_t number);
    void addSecret(std::string_view value, size_t number);
    void addUser(std::string_view line, size_t number);
    void refuseTwins();
    std::vector<UserTable::Entry> entries() const;

    std::vector<Line> lines;
    std::string_view secret;
};

PasswordFile::Contents::Contents(std::string_view text)
{
    size_t number = 0;
    while (!text.empty()) {
        const size_t end = text.find('\n');
        addLine(text.substr(0, end), ++number);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    refuseTwins();
}

void PasswordFile::Contents::addLine(std::string_view line, size_t number)
{
    if (line.starts_with(secret_prefix))
        return addSecret(line.substr(secret_prefix.size()), number);
    if (line.find_first_not_of(" \t") != std::string_view::npos && line.front() != '#')
        addUser(line, number);
}

void PasswordFile::Contents::addSecret(std::string_view value, size_t number)
{
    if (value.size() != secret_characters || value.find_first_not_of(seed_alphabet) != std::string_view::npos)
        throw PasswordFileError(number, "has a secret that isn't " + std::to_string(secret_characters) +
                                            " characters of A-Z, a-z, 0-9, . and /");
    if (!secret.empty())
        throw PasswordFileError(number, "has a second secret");
    secret = value;
}

void PasswordFile::Contents::addUser(std::string_view line, size_t number)
{
    if (std::ranges::any_of(line, isControl))
        throw PasswordFileError(number, "has a control character (only line feeds end lines)");
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos)
        throw PasswordFileError(number, "has no colon between user and crypted password");
    const std::string_view user = line.substr(0, colon);
    const std::string_view crypted = line.substr(colon + 1);
    if (user.empty() || user.size() > max_user_bytes)
        throw PasswordFileError(number, "has a user name that is empty or too long");
    if (crypted.empty() || crypted.size() > max_crypted_bytes)
        throw PasswordFileError(number, "has a crypted password that is empty or too long");
    if (crypted.find(':') != std::string_view::npos)
        throw PasswordFileError(number, "has more than two parts between colons");
    if (!std::ranges::all_of(crypted, isCryptedCharacter))
        throw PasswordFileError(number, "has a crypted password with a space or a character that isn't ASCII");
    Line read{{user, {}, Standing::Good}, number};
    UserTable::readStoredForm(crypted, read.entry);
    if (read.entry.standing == Standing::UnknownScheme)
        throw PasswordFileError(number, "has a password that is not in a form of crypt(3)");
    lines.push_back(read);
}

void PasswordFile::Contents::refuseTwins()
{
    const auto user = [](const Line &line) { return line.entry.user; };
    std::ranges::sort(lines, {}, user);
    const auto twice = std::ranges::adjacent_find(lines, {}, user);
    if (twice != lines.end())
        throw PasswordFileError(std::max(twice[0].number, twice[1].number),
                                "names the same user as line " +
                                    std::to_string(std::min(twice[0].number, twice[1].number)));
}

std::vector<UserTable::Entry> PasswordFile::Contents::entries() const
{
    std::vector<UserTable::Entry> result;
    for (const Line &line : lines)
        result.push_back(line.entry);
    return result;
}

PasswordFile::PasswordFile(std::string_view text) : PasswordFile(Contents(text)) {}

PasswordFile::PasswordFile(const Contents &contents)
    : has_secret_(!contents.secret.empty()), users_(contents.entries(), contents.secret)
{
}

} // namespace netsane
