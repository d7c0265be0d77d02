// PasswordFile with any text: what a lookup answers lies within the text and is usable only for a user who stands there
// unlocked.

#include "plugins/auth/common/PasswordFile.hxx"
#include "tests/fuzz/Require.hxx"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace {

using namespace netsane;

constexpr size_t most_names = 16;

std::vector<std::string_view> linesOf(std::string_view text)
{
    std::vector<std::string_view> lines;
    for (size_t end = 0; end != std::string_view::npos; text.remove_prefix(std::min(end + 1, text.size()))) {
        end = text.find('\n');
        lines.push_back(text.substr(0, end));
        if (end == std::string_view::npos)
            break;
    }
    return lines;
}

bool isWithin(std::string_view part, std::string_view text)
{
    return part.data() >= text.data() && part.data() + part.size() <= text.data() + text.size();
}

/// What stands behind the user's name; empty if he isn't there.
std::string_view formOf(const std::vector<std::string_view> &lines, std::string_view user)
{
    for (const std::string_view line : lines)
        if (!line.starts_with('#') && line.starts_with(user) && line.substr(user.size()).starts_with(':'))
            return line.substr(user.size() + 1);
    return {};
}

void look(const PasswordFile &file, const PasswordFile &again, std::string_view text, std::string_view user)
{
    const PasswordFile::Lookup lookup = file.find(user);
    const std::string_view form = formOf(linesOf(text), user);
    require(isStoredForm(lookup.crypted), "a lookup gives a setting for crypt(3)");
    require(isWithin(lookup.crypted, text) || text.find('$') == text.npos || !lookup.own,
            "a form is from the text, but for the one that stands for nobody's");
    const bool locked = form.starts_with('!') || form.starts_with('*');
    require(lookup.usable == (!form.empty() && !locked), "usable are users who stand in the file unlocked");
    require(!lookup.usable || (lookup.own && lookup.crypted == form), "a user has the form of his own line");
    require(!lookup.own || (isWithin(lookup.crypted, text) && form.ends_with(lookup.crypted)),
            "what is called somebody's own is his own");
    require(again.find(user).crypted == lookup.crypted, "a name has the same stand-in each time");
    const Seed seed = file.users().madeUpSeed(user);
    require(seed == again.users().madeUpSeed(user) && seed[2] == '\0' &&
                seed_alphabet.find(seed[0]) != seed_alphabet.npos && seed_alphabet.find(seed[1]) != seed_alphabet.npos,
            "a made-up seed is one, and the same each time");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const std::string_view text(reinterpret_cast<const char *>(data), size);
    try {
        const PasswordFile file(text);
        const PasswordFile again(text);
        std::vector<std::string_view> names{"", "nobody", "alice", text.substr(0, 300)};
        for (const std::string_view line : linesOf(text))
            names.push_back(line.substr(0, line.find(':')));
        names.resize(std::min(names.size(), most_names));
        for (const std::string_view name : names)
            look(file, again, text, name);
    } catch (const PasswordFileError &) { // a file that is refused
    }
    return 0;
}
