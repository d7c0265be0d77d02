#include "tool/passwd/PasswordEditor.hxx"

#include "common/PasswordFile.hxx"
#include "os/Error.hxx"
#include "tool/ToolError.hxx"
#include "tool/passwd/UserName.hxx"

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <string>
#include <sys/random.h>

namespace netsane {

namespace {

constexpr std::string_view locked_marks = "!*";

} // namespace

PasswordEditor::PasswordEditor(std::string_view text) : text_(text), has_secret_(PasswordFile(text).hasSecret())
{
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        const std::size_t next = std::min(end + 1, text.size());
        addLine(begin, end, next);
        begin = next;
    }
}

void PasswordEditor::addLine(std::size_t begin, std::size_t end, std::size_t next)
{
    const std::string_view line = text_.substr(begin, end - begin);
    const std::size_t colon = line.find(':');
    if (!line.starts_with('#') && colon != line.npos)
        places_.push_back({begin, begin + colon + 1, end, next});
}

PasswordEditor::User PasswordEditor::userAt(const Place &place) const
{
    const std::string_view marked = text_.substr(place.stored, place.end - place.stored);
    const std::size_t marks = std::min(marked.find_first_not_of(locked_marks), marked.size());
    return {text_.substr(place.line, place.stored - 1 - place.line), marked.substr(marks), marks != 0};
}

std::vector<PasswordEditor::User> PasswordEditor::users() const
{
    std::vector<User> result;
    for (const auto &place : places_)
        result.push_back(userAt(place));
    return result;
}

const PasswordEditor::Place *PasswordEditor::placeOf(std::string_view name) const
{
    const auto found = std::ranges::find_if(places_, [&](const Place &place) { return userAt(place).name == name; });
    return found == places_.end() ? nullptr : &*found;
}

const PasswordEditor::Place &PasswordEditor::needPlace(std::string_view name) const
{
    if (const auto *const place = placeOf(name))
        return *place;
    throw ToolError(ExitCode::no_user, "there is no user " + std::string(name));
}

std::optional<PasswordEditor::User> PasswordEditor::find(std::string_view name) const
{
    const auto *const place = placeOf(name);
    return place ? std::optional(userAt(*place)) : std::nullopt;
}

// The text with [begin, end) replaced by the parts.
SecretText PasswordEditor::splice(std::size_t begin, std::size_t end, std::initializer_list<std::string_view> parts,
                                  std::string_view secret) const
{
    std::size_t size = text_.size() + PasswordFile::secret_prefix.size() + secret.size() + 1;
    for (const auto part : parts)
        size += part.size();
    SecretText result(size);
    if (!has_secret_)
        for (const auto part : {PasswordFile::secret_prefix, secret, std::string_view("\n")})
            result.append(part);
    result.append(text_.substr(0, begin));
    for (const auto part : parts)
        result.append(part);
    result.append(text_.substr(end));
    static_cast<void>(PasswordFile(result.view())); // throws
    return result;
}

SecretText PasswordEditor::withPassword(std::string_view name, std::string_view stored, std::string_view secret) const
{
    if (const auto fault = userNameFault(name); !fault.empty())
        throw ToolError(ExitCode::usage, fault);
    if (stored.find('\n') != stored.npos)
        throw std::invalid_argument("a stored password is more than one line");
    if (const auto *const place = placeOf(name))
        return splice(place->stored, place->end, {userAt(*place).locked ? "!" : "", stored}, secret);
    const bool line_is_open = !text_.empty() && !text_.ends_with('\n');
    return splice(text_.size(), text_.size(), {line_is_open ? "\n" : "", name, ":", stored, "\n"}, secret);
}

SecretText PasswordEditor::withoutUser(std::string_view name, std::string_view secret) const
{
    const auto &place = needPlace(name);
    return splice(place.line, place.next, {}, secret);
}

SecretText PasswordEditor::withLock(std::string_view name, bool locked, std::string_view secret) const
{
    const auto &place = needPlace(name);
    const auto user = userAt(place);
    if (locked)
        return splice(place.stored, place.end, {"!", user.stored}, secret);
    try {
        if (!user.stored.empty())
            return splice(place.stored, place.end, {user.stored}, secret);
    } catch (const PasswordFileError &) { // "*LK*" and the like
    }
    throw ToolError(ExitCode::failed, std::string(name) + " has no password that could be unlocked: give one first");
}

SecretText makeFileSecret()
{
    constexpr std::string_view alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    static_assert(alphabet.size() == 64);
    SecretText result(PasswordFile::secret_characters);
    const auto room = result.room();
    // At most 256 bytes come whole (getrandom(2)).
    if (::getrandom(room.data(), room.size(), 0) != static_cast<ssize_t>(room.size()))
        throwErrno("read random bytes");
    for (char &c : room)
        c = alphabet[static_cast<unsigned char>(c) % alphabet.size()];
    result.grow(room.size());
    return result;
}

} // namespace netsane
