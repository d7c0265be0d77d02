#include "tool/check/ServerCheck.hxx"

#include "tool/check/CheckedProcess.hxx"

#include <algorithm>
#include <map>
#include <unistd.h>

namespace netsane {

namespace {

constexpr std::chrono::seconds patience{90};
constexpr std::string_view sandbox_mark = "sandbox: ";

std::vector<std::string> linesOf(std::string_view text)
{
    std::vector<std::string> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        if (end != 0)
            lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

// By class of processes, of lines "... sandbox: session: user netsane, ...".
std::map<std::string, std::string> sandboxesIn(const std::vector<std::string> &lines)
{
    std::map<std::string, std::string> found;
    for (const auto &line : lines) {
        const auto begin = line.find(sandbox_mark);
        const auto colon = begin == line.npos ? begin : line.find(": ", begin + sandbox_mark.size());
        if (colon != line.npos)
            found.emplace(line.substr(begin + sandbox_mark.size(), colon - begin - sandbox_mark.size()),
                          line.substr(colon + 2));
    }
    return found;
}

bool has(const std::string &text, const char *part)
{
    return text.find(part) != text.npos;
}

CheckFinding judgeSandbox(const ServerConfig &config, const std::string &process_class, const std::string &text)
{
    const std::string line = process_class + ": " + text;
    if (std::find(config.sandbox.begin(), config.sandbox.end(), process_class) == config.sandbox.end())
        return {CheckLevel::warn, "sandbox", line,
                "the key sandbox leaves it out; put \"" + process_class + "\" in unless there is a reason"};
    const bool no_seccomp = process_class != "device" && !has(text, "seccomp");
    const bool no_landlock = !has(text, "Landlock");
    if (no_seccomp || no_landlock)
        return {CheckLevel::warn, "sandbox", line,
                std::string("there is no ") + (no_seccomp ? "seccomp" : "") +
                    (no_seccomp && no_landlock ? " and no " : "") + (no_landlock ? "Landlock" : "") +
                    ": the kernel or the build hasn't got it, or a login method needs more; doc/security.md tells"};
    return {CheckLevel::ok, "sandbox", line, ""};
}

} // namespace

CheckFindings judgeServer(const ServerConfig &config, const std::string &output, bool succeeded)
{
    const auto lines = linesOf(output);
    CheckFindings findings;
    if (succeeded)
        findings.push_back({CheckLevel::ok, "server", "its processes start with this configuration", ""});
    else
        findings.push_back({CheckLevel::fail, "server",
                            "netsaned --check: " + (lines.empty() ? std::string("no reason was told") : lines.back()),
                            ""});
    for (const auto &[process_class, text] : sandboxesIn(lines))
        findings.push_back(judgeSandbox(config, process_class, text));
    return findings;
}

CheckFindings checkServer(const ServerConfig &config, const std::string &config_file, const std::string &program)
{
    const auto outcome = runForErrors({program, "--check", "--config", config_file}, patience);
    return judgeServer(config, outcome.is_late ? "it takes too long" : outcome.output, outcome.succeeded());
}

} // namespace netsane
