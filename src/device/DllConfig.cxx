#include "device/DllConfig.hxx"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

namespace netsane {

namespace {

namespace fs = std::filesystem;

constexpr const char *white_space = " \t\r\n\v\f";

std::string trim(const std::string &line)
{
    const auto begin = line.find_first_not_of(white_space);
    if (begin == std::string::npos)
        return {};
    return line.substr(begin, line.find_last_not_of(white_space) + 1 - begin);
}

std::vector<std::string> readLines(const fs::path &file)
{
    std::vector<std::string> lines;
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line);) {
        line = trim(line);
        if (!line.empty() && line[0] != '#')
            lines.push_back(std::move(line));
    }
    return lines;
}

// The first existing of directory/name, or nothing.
std::optional<fs::path> find(const std::vector<std::string> &directories, const char *name)
{
    std::error_code ignored;
    for (const auto &directory : directories)
        if (fs::exists(fs::path(directory) / name, ignored))
            return fs::path(directory) / name;
    return std::nullopt;
}

std::vector<fs::path> dropIns(const fs::path &directory)
{
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
        const auto name = entry->path().filename().string();
        std::error_code ignored;
        if (name.front() != '.' && name.back() != '~' && name.back() != '#' && entry->is_regular_file(ignored))
            files.push_back(entry->path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

// The first word of a line, which may be in double quotes, without a comment behind it.
std::string firstWord(const std::string &line)
{
    std::string word;
    if (line[0] == '"') {
        const auto end = line.find('"', 1);
        if (end == std::string::npos)
            return {};
        word = line.substr(1, end - 1);
    } else {
        word = line.substr(0, line.find_first_of(white_space));
    }
    return word.substr(0, word.find('#'));
}

bool isBackendName(std::string_view name) noexcept
{
    constexpr std::string_view allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    return !name.empty() && name.find_first_not_of(allowed) == std::string_view::npos;
}

// libsane's dll takes these for commands to replay or record USB traffic from and into files.
bool isFakeUsb(std::string_view device) noexcept
{
    return device.starts_with("fakeusb");
}

} // namespace

std::string_view backendPart(std::string_view device) noexcept
{
    return device.substr(0, device.find(':'));
}

std::vector<std::string> splitList(std::string_view list, char separator)
{
    std::vector<std::string> parts;
    while (!list.empty()) {
        const auto end = std::min(list.find(separator), list.size());
        if (end != 0)
            parts.emplace_back(list.substr(0, end));
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return parts;
}

DllConfig DllConfig::read(std::string_view directories, const std::vector<std::string> &excluded)
{
    const auto path = splitList(directories, ':');
    DllConfig config;
    std::vector<fs::path> files;
    if (const auto directory = find(path, "dll.d"))
        files = dropIns(*directory);
    if (const auto file = find(path, "dll.conf"))
        files.push_back(*file);
    for (const auto &file : files)
        for (const auto &line : readLines(file))
            config.addBackend(firstWord(line), excluded);
    if (const auto file = find(path, "dll.aliases"))
        for (auto &line : readLines(*file))
            config.addAlias(std::move(line));
    return config;
}

void DllConfig::addBackend(const std::string &name, const std::vector<std::string> &excluded)
{
    if (!isBackendName(name) || isFakeUsb(name) || name == "dll" || isEnabled(name) ||
        std::find(excluded.begin(), excluded.end(), name) != excluded.end())
        return;
    backends_.push_back(name);
}

void DllConfig::addAlias(std::string line)
{
    line = trim(line.substr(0, line.find('#')));
    const auto command_end = line.find_first_of(white_space);
    if (command_end == std::string::npos)
        return;
    const auto command = line.substr(0, command_end);
    if (command != "alias" && command != "hide")
        return;
    line = trim(line.substr(command_end));
    DllAlias alias;
    if (command == "alias") {
        const bool quoted = line[0] == '"';
        const auto end = quoted ? line.find('"', 1) : line.find_first_of(white_space);
        if (end == std::string::npos)
            return;
        alias.new_name = line.substr(quoted, end - quoted);
        // A name with a quote in it can't be written down again.
        if (alias.new_name.empty() || alias.new_name.find('"') != std::string::npos)
            return;
        line = trim(line.substr(end + 1));
    }
    alias.old_name = line.substr(0, line.find_first_of(white_space));
    if (isEnabled(backendPart(alias.old_name)))
        aliases_.push_back(std::move(alias));
}

bool DllConfig::isEnabled(std::string_view backend) const noexcept
{
    return std::find(backends_.begin(), backends_.end(), backend) != backends_.end();
}

std::string DllConfig::resolve(std::string_view device) const
{
    // dll puts each line before those it knows, so the last one wins.
    for (auto alias = aliases_.rbegin(); alias != aliases_.rend(); ++alias)
        if (!alias->new_name.empty() && alias->new_name == device)
            return alias->old_name;
    return std::string(device);
}

std::optional<std::string> DllConfig::refusal(std::string_view device) const
{
    if (device.find('\0') != std::string_view::npos)
        return "the device name has a NUL in it";
    const auto resolved = resolve(device);
    const auto backend = backendPart(resolved);
    if (isFakeUsb(device) || isFakeUsb(resolved))
        return "device names that begin with \"fakeusb\" are not served";
    if (!isBackendName(backend))
        return "the device name doesn't begin with the name of a backend";
    if (!isEnabled(backend))
        return "backend \"" + std::string(backend) + "\" is not enabled on this server";
    return std::nullopt;
}

DllConfig DllConfig::only(std::string_view backend) const
{
    DllConfig config;
    if (isEnabled(backend))
        config.backends_.emplace_back(backend);
    for (const auto &alias : aliases_)
        if (backendPart(alias.old_name) == backend)
            config.aliases_.push_back(alias);
    return config;
}

std::string DllConfig::confText() const
{
    std::string text;
    for (const auto &backend : backends_)
        text += backend + "\n";
    return text;
}

std::string DllConfig::aliasesText() const
{
    std::string text;
    for (const auto &alias : aliases_)
        text += (alias.new_name.empty() ? "hide " : "alias \"" + alias.new_name + "\" ") + alias.old_name + "\n";
    return text;
}

} // namespace netsane
