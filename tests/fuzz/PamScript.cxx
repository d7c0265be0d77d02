#include "tests/fuzz/PamScript.hxx"

#include "tests/fuzz/LabUser.hxx"

#include <array>
#include <dlfcn.h>
#include <stdexcept>

namespace netsane {

namespace {

constexpr const char *service = "netsane";

bool isQuestion(const std::string &style)
{
    return style == "hidden" || style == "echo";
}

std::string scriptedModule()
{
    return std::string(TEST_MODULE_DIR) + "/pam_scripted.so";
}

} // namespace

PamScript::PamScript(FuzzInput &input) : calls(1 + input.choice(3)), locked(false)
{
    constexpr std::array<const char *, 4> styles{"hidden", "echo", "info", "error"};
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz012345";
    constexpr size_t longest_secret = 24;
    for (auto &call : calls)
        for (size_t count = 1 + input.choice(4); count > 0; --count)
            call.emplace_back(styles[input.choice(styles.size())]);
    for (const char c : input.text().substr(0, longest_secret))
        secret += letters[static_cast<unsigned char>(c) % letters.size()];
    locked = input.choice(8) == 7;
}

std::string PamScript::text() const
{
    std::string line = "auth required " + scriptedModule();
    for (const auto &call : calls) {
        std::string answers;
        for (const std::string &style : call) {
            line += " " + style + ":Text";
            answers += isQuestion(style) ? secret + "|" : "";
        }
        line += " say" + (answers.empty() ? "" : " expect:" + answers);
    }
    return line + "\naccount required " + (locked ? "pam_deny.so" : "pam_permit.so") + "\n";
}

OutFields PamScript::answersTo(size_t call) const
{
    return {static_cast<size_t>(std::ranges::count_if(calls[call], isQuestion)), stringField(secret)};
}

bool PamScript::isRight(const std::vector<DuelRound> &rounds) const
{
    if (locked || rounds.size() != calls.size())
        return false;
    for (size_t i = 0; i < calls.size(); ++i)
        if (rounds[i].delivered != answersTo(i))
            return false;
    return true;
}

PamLab::PamLab() : MethodLab("pam")
{
    services.values["auth.pam.confdir"] = folder.makeFolder("pam.d");
    services.values["auth.pam.service"] = service;
    folder.write(std::string("pam.d/") + service, "auth required pam_deny.so\n", 0644);
    // PAM drops its modules after each login, but libFuzzer goes on to look at what it counts in them
    if (::dlopen(scriptedModule().c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) == nullptr)
        throw std::runtime_error(::dlerror());
    load();
}

void PamLab::use(const PamScript &script) const
{
    folder.write(std::string("pam.d/") + service, script.text(), 0644);
}

} // namespace netsane
