// `netsane passwd`: the users of the password file that auth_unix and auth_crypt read.
#pragma once

#include "config/ServerConfig.hxx"
#include "tool/ToolCommand.hxx"
#include "tool/passwd/PasswordEditor.hxx"
#include "tool/passwd/PasswordScheme.hxx"
#include "tool/passwd/SecretFile.hxx"

#include <functional>
#include <optional>
#include <string>

namespace netsane {

class PasswdCommand : public ToolCommand {
public:
    using ToolCommand::ToolCommand;

    void addOptions(CLI::App &app) override;
    ExitCode run() override;

private:
    // The new text of the file, given the old one and a secret in case it has none.
    using Edit = std::function<SecretText(const PasswordEditor &, std::string_view secret)>;

    void checkArguments() const;
    void readConfig();
    void findFile();
    void list() const;
    void setPassword() const;
    PasswordScheme chooseScheme() const;
    SecretText readPassword(PasswordScheme scheme) const;
    void change(const Edit &edit, const std::string &done) const;

    std::string user_;
    std::string file_; // absolute, once findFile() has run
    std::string config_file_;
    std::string method_; // "", "unix", "crypt"
    bool stdin_ = false;
    bool delete_ = false;
    bool lock_ = false;
    bool unlock_ = false;
    bool list_ = false;
    bool force_ = false;

    ServerConfig config_;
    bool has_config_ = false; // else config_ is the defaults
};

} // namespace netsane
