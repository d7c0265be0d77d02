// The server's file of groups, with any text: what is refused is reported with file and line; where it is accepted,
// each group is what its line says when it stands alone.

#include "config/ConfigError.hxx"
#include "config/GroupFile.hxx"
#include "tests/fuzz/ReportCheck.hxx"

#include <cstdint>
#include <string>

namespace {

using namespace netsane;

const std::string file = "/etc/netsane/groups";

/// Words of a line, as far as this target needs to tell them apart.
std::vector<std::string> words(std::string_view line)
{
    std::vector<std::string> result;
    for (size_t begin = 0; (begin = line.find_first_not_of(" \t:", begin)) != line.npos && line[begin] != '#';) {
        const size_t end = std::min(line.find_first_of(" \t:", begin), line.size());
        result.emplace_back(line.substr(begin, end - begin));
        begin = end;
    }
    return result;
}

void checkLine(const GroupFile &groups, std::string_view line)
{
    const GroupFile alone(line, file);
    const auto names = words(line);
    if (names.empty()) {
        require(alone.size() == 0, "a line without words is no group");
        return;
    }
    require(alone.size() == 1, "a line is one group");
    require(alone.names(names[0]) && groups.names(names[0]), "the one that it names");
    require(!groups.isMember("nobody else", names[0]), "with nobody who isn't named");
    require(!groups.isMember(names[0], "no group"), "and no group has members that isn't named");
    for (const auto &user : std::vector(names.begin() + 1, names.end()))
        require(alone.isMember(user, names[0]) && groups.isMember(user, names[0]), "with the users behind it");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    std::string_view text(reinterpret_cast<const char *>(data), size);
    try {
        const GroupFile groups(text, file);
        size_t count = 0;
        while (!text.empty()) {
            const auto line = text.substr(0, text.find('\n'));
            count += words(line).empty() ? 0 : 1;
            checkLine(groups, line);
            text.remove_prefix(std::min(line.size() + 1, text.size()));
        }
        require(groups.size() == count, "no group is lost and none made up");
    } catch (const ConfigError &error) {
        requireReport(error.what(), file, text);
    }
    return 0;
}
