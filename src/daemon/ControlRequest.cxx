#include "daemon/ControlRequest.hxx"

#include "util/Printable.hxx"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace netsane {

namespace {

constexpr std::size_t max_shown_bytes = 40;

constexpr std::array<std::pair<std::string_view, ControlRequest::Command>, 3> commands{
    {{"status", ControlRequest::Command::status},
     {"kick", ControlRequest::Command::kick},
     {"reload", ControlRequest::Command::reload}}};

constexpr std::array<std::pair<std::string_view, ControlRequest::Target>, 5> targets{
    {{"any", ControlRequest::Target::any},
     {"connection", ControlRequest::Target::connection},
     {"user", ControlRequest::Target::user},
     {"address", ControlRequest::Target::address},
     {"device", ControlRequest::Target::device}}};

[[noreturn]] void refuse(const std::string &what, std::string_view word)
{
    throw std::invalid_argument(what + ": \"" + printable(word, max_shown_bytes) + "\"");
}

template<typename Table>
auto lookUp(const Table &table, std::string_view word, const char *what)
{
    const auto found = std::find_if(table.begin(), table.end(), [word](const auto &row) { return row.first == word; });
    if (found == table.end())
        refuse(what, word);
    return found->second;
}

// Up to the first blank, which is taken off, too.
std::string_view takeWord(std::string_view &line)
{
    const auto end = std::min(line.find(' '), line.size());
    const auto word = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    return word;
}

bool isControl(char c) noexcept
{
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

} // namespace

ControlRequest ControlRequest::parse(std::string_view line)
{
    if (line.size() >= max_bytes)
        throw std::invalid_argument("a request has at most " + std::to_string(max_bytes) + " bytes");
    if (std::any_of(line.begin(), line.end(), isControl))
        throw std::invalid_argument("there is a control character in the request");
    ControlRequest request;
    std::string_view rest = line;
    request.command = lookUp(commands, takeWord(rest), "there is no such request");
    if (request.command != Command::kick) {
        if (line.find(' ') != line.npos)
            refuse("this request has nothing behind it", rest);
        return request;
    }
    request.target = lookUp(targets, takeWord(rest), "who is meant must be any, connection, user, address or device");
    if (rest.empty())
        throw std::invalid_argument("nobody is named behind \"kick\"");
    request.value = rest;
    return request;
}

} // namespace netsane
