#include "tool/passwd/PasswdCommand.hxx"

#include "common/PasswordFile.hxx"
#include "os/Process.hxx"
#include "tool/InstalledFolders.hxx"
#include "tool/passwd/PasswordFileChoice.hxx"
#include "tool/passwd/PasswordReader.hxx"
#include "tool/passwd/UserName.hxx"
#include "util/Printable.hxx"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <unistd.h>

namespace netsane {

namespace {

constexpr std::chrono::seconds lock_patience{30};
constexpr std::size_t max_shown_bytes = 256;

constexpr const char *notes =
    "Without --file, the file is the one that netsaned.conf names. USER is created where the file has none of that\n"
    "name. The password is asked for twice. The file is replaced as a whole, so a server never sees half of it; a\n"
    "server that runs takes the new one with the next login.\n"
    "\n"
    "  --method unix   stores it as yescrypt: it travels as it is, so only encrypted (or on this machine)\n"
    "  --method crypt  stores it in DES for PASS_CRYPT. DES is weak: 8 characters count, it is soon broken by whoever\n"
    "                  gets the file, and the stored form is as good as the password\n"
    "A user keeps the kind that he has; a new one is stored for unix.\n"
    "\n"
    "A new file has mode 0600. Made by root, it can be read (0640) by the group of netsaned.conf's user.\n"
    "\n"
    "Exit codes: 0 done, 1 failed and nothing was changed, 2 wrong usage or a name that can't be, 3 no such user.\n"
    "\n"
    "Examples:\n"
    "  netsane passwd alice                          create alice, or give her a new password\n"
    "  netsane passwd --method crypt bob             the same, for PASS_CRYPT\n"
    "  pwgen 20 1 | netsane passwd --stdin carol     take the password from a script\n"
    "  netsane passwd --lock alice                   let her in no more, until --unlock";

constexpr const char *des_warning =
    "warning: PASS_CRYPT needs DES, which is weak: only 8 characters count, whoever gets the file soon has the "
    "password, and the stored form is as good as the password";

// A parser's "line 3: reason" with the name of the file.
template<typename Function>
auto naming(const std::string &file, Function function)
{
    try {
        return function();
    } catch (const PasswordFileError &error) {
        throw ToolError(ExitCode::failed, file + ": " + error.what() + "; nothing was changed");
    }
}

std::string_view viewOf(const std::optional<SecretText> &text)
{
    return text ? text->view() : std::string_view();
}

} // namespace

void PasswdCommand::addOptions(CLI::App &app)
{
    const auto not_empty = [](const std::string &value) {
        return std::string(value.empty() ? "the value is empty" : "");
    };
    app.add_option("USER", user_, "whose password");
    // Empty is what a script has whose variable isn't set: not the default then.
    app.add_option("--file", file_, "the password file")->check(not_empty);
    app.add_option("--config", config_file_, "the server's configuration (" + configFolder() + "/netsaned.conf)")
        ->check(not_empty);
    app.add_option("--method", method_, "what the password is for: unix or crypt")
        ->check(CLI::IsMember({"unix", "crypt"}));
    app.add_flag("--stdin", stdin_, "read the password from standard input, one line");
    app.add_flag("--force", force_, "take a password of which DES leaves out a part");
    auto *const remove = app.add_flag("--delete", delete_, "delete USER");
    auto *const lock = app.add_flag("--lock", lock_, "let USER in no more; the password is kept");
    auto *const unlock = app.add_flag("--unlock", unlock_, "let USER in again");
    auto *const list = app.add_flag("--list", list_, "show all users and how their passwords are stored");
    lock->excludes(remove);
    unlock->excludes(remove)->excludes(lock);
    list->excludes(remove)->excludes(lock)->excludes(unlock);
    app.footer(notes);
}

void PasswdCommand::checkArguments() const
{
    if (list_ != user_.empty())
        throw ToolError(ExitCode::usage, list_ ? "--list takes no USER" : "whose password? USER is missing");
    if ((delete_ || lock_ || unlock_ || list_) && (stdin_ || force_))
        throw ToolError(ExitCode::usage, "--stdin and --force are for setting a password");
}

// With --file, an ordinary user needs no configuration; root needs it to know who has to read the file.
void PasswdCommand::readConfig()
{
    const bool named = !config_file_.empty();
    if (!named && !file_.empty() && ::geteuid() != 0)
        return;
    const std::string path = named ? config_file_ : configFolder() + "/netsaned.conf";
    if (!named && !std::filesystem::exists(path))
        return;
    config_ = readServerConfig(path);
    has_config_ = true;
}

void PasswdCommand::findFile()
{
    std::optional<PasswordScheme> method;
    if (!method_.empty())
        method = method_ == "crypt" ? PasswordScheme::des : PasswordScheme::strong;
    if (file_.empty())
        file_ = choosePasswordFile(config_, method);
    file_ = std::filesystem::absolute(file_);
}

ExitCode PasswdCommand::run()
{
    denyInspection();
    checkArguments();
    readConfig();
    findFile();
    const std::string user = printable(user_, max_shown_bytes);
    if (list_)
        list();
    else if (delete_)
        change([this](const auto &editor, auto secret) { return editor.withoutUser(user_, secret); },
               user + " is deleted");
    else if (lock_ || unlock_)
        change([this](const auto &editor, auto secret) { return editor.withLock(user_, lock_, secret); },
               user + (lock_ ? " is locked" : " is unlocked"));
    else
        setPassword();
    return ExitCode::done;
}

void PasswdCommand::list() const
{
    SecretFile file(file_, passwordFileOwners(config_));
    const auto text = file.read();
    if (!text)
        throw ToolError(ExitCode::failed, file_ + ": there is no such file");
    const auto editor = naming(file_, [&] { return PasswordEditor(text->view()); });
    for (const auto &user : editor.users())
        std::printf("%s\t%s%s\n", printable(user.name, max_shown_bytes).c_str(),
                    std::string(schemeName(user.stored)).c_str(), user.locked ? "\tlocked" : "");
    if (std::fflush(stdout) != 0)
        throw ToolError(ExitCode::failed, "can't write the list");
}

// --- setting a password ---------------------------------------------------------------------------------------

PasswordScheme PasswdCommand::chooseScheme() const
{
    SecretFile file(file_, passwordFileOwners(config_));
    const auto text = file.read();
    const auto editor = naming(file_, [&] { return PasswordEditor(viewOf(text)); });
    if (!method_.empty())
        return method_ == "crypt" ? PasswordScheme::des : PasswordScheme::strong;
    if (const auto user = editor.find(user_))
        return schemeOf(user->stored);
    const bool only_crypt =
        !methodMissing(config_, PasswordScheme::strong).empty() && methodMissing(config_, PasswordScheme::des).empty();
    return only_crypt ? PasswordScheme::des : PasswordScheme::strong;
}

SecretText PasswdCommand::readPassword(PasswordScheme scheme) const
{
    auto password = stdin_ ? readPasswordLine(STDIN_FILENO) : askNewPassword(printable(user_, max_shown_bytes));
    const std::string loss = scheme == PasswordScheme::des ? desLoss(password.view()) : std::string();
    if (!loss.empty() && !force_)
        throw ToolError(ExitCode::failed, "in DES, " + loss + " of this password; --force takes it all the same");
    if (!loss.empty())
        say("warning: in DES, " + loss + " of this password");
    return password;
}

void PasswdCommand::setPassword() const
{
    if (const auto fault = userNameFault(user_); !fault.empty())
        throw ToolError(ExitCode::usage, fault);
    const auto scheme = chooseScheme();
    if (scheme == PasswordScheme::des)
        say(des_warning);
    if (const auto missing = methodMissing(config_, scheme); has_config_ && !missing.empty())
        say("warning: " + missing);
    const auto stored = encryptPassword(readPassword(scheme), scheme);
    bool created = false;
    bool locked = false;
    const auto edit = [&](const PasswordEditor &editor, std::string_view secret) {
        const auto before = editor.find(user_);
        created = !before;
        locked = before && before->locked;
        return editor.withPassword(user_, stored.view(), secret);
    };
    change(edit, "");
    say(user_ + (created ? " is created" : " has a new password") + ", stored in " +
        std::string(schemeName(stored.view())));
    if (locked)
        say(user_ + " is still locked: --unlock lets him in again");
}

// --- the file -------------------------------------------------------------------------------------------------

void PasswdCommand::change(const Edit &edit, const std::string &done) const
{
    SecretFile file(file_, passwordFileOwners(config_));
    file.lock(lock_patience);
    const auto old_text = file.read();
    const auto editor = naming(file_, [&] { return PasswordEditor(viewOf(old_text)); });
    const auto new_text = naming(file_, [&] { return edit(editor, makeFileSecret().view()); });
    if (!editor.hasSecret() || new_text.view() != viewOf(old_text)) {
        file.replace(new_text.view());
        if (!old_text)
            say(file_ + " is made");
        else if (!editor.hasSecret())
            say(file_ + " has got its line #secret:, which hides what users there are");
        if (file.isReadableByAll())
            say("warning: everybody could read " + file_ + " until now; its passwords should be changed");
    }
    if (!done.empty())
        say(done);
}

} // namespace netsane
