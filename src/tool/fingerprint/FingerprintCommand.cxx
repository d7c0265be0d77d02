#include "tool/fingerprint/FingerprintCommand.hxx"

#include "certificate/Certificate.hxx"
#include "config/CertificateFiles.hxx"
#include "config/ServerConfig.hxx"
#include "tool/InstalledFolders.hxx"
#include "util/Printable.hxx"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <system_error>

namespace netsane {

namespace {

constexpr std::size_t max_shown_bytes = 4096;

constexpr const char *notes =
    "Without FILE, it is the certificate that netsaned takes by its configuration: the one that [crypt_tls] names, or\n"
    "the one that netsaned has made for itself. A server that runs uses a changed one after SIGHUP.\n"
    "\n"
    "The first line is the fingerprint, which a client shows when it sees the server for the first time: compare "
    "them.\n"
    "The others tell the file, the names that the certificate is for, and until when it is valid.\n"
    "\n"
    "Exit codes: 0 done, 1 there is no certificate or it can't be read, 2 wrong usage.\n"
    "\n"
    "Examples:\n"
    "  netsane fingerprint                              of this machine's server\n"
    "  netsane fingerprint --config my.conf             of a server of your own\n"
    "  netsane fingerprint /etc/netsane/scanner.pem     of any certificate in PEM";

std::string joined(const std::vector<std::string> &list)
{
    std::string text;
    for (const auto &entry : list)
        text += (text.empty() ? "" : ", ") + entry;
    return text.empty() ? "none" : text;
}

void show(const char *label, const std::string &text)
{
    std::printf("%s%s\n", label, printable(text, max_shown_bytes).c_str());
}

} // namespace

void FingerprintCommand::addOptions(CLI::App &app)
{
    const auto not_empty = [](const std::string &value) {
        return std::string(value.empty() ? "the value is empty" : "");
    };
    auto *const file = app.add_option("FILE", file_, "a certificate in PEM")->check(not_empty);
    app.add_option("--config", config_file_, "the server's configuration (" + configFolder() + "/netsaned.conf)")
        ->check(not_empty)
        ->excludes(file);
    app.footer(notes);
}

std::string FingerprintCommand::configuredFile() const
{
    const std::string path = config_file_.empty() ? configFolder() + "/netsaned.conf" : config_file_;
    const ServerConfig config = readServerConfig(path);
    const auto files = certificateFiles(config, stateFolder(config, systemStateFolder(), isRootsConfiguration(path)));
    if (files.certificate.empty())
        throw ToolError(ExitCode::failed,
                        path + (files.key.empty() ? ": crypt doesn't offer \"tls\", so there is no certificate"
                                                  : ": [crypt_tls] names a key and no certificate"));
    std::error_code error;
    if (files.own && !std::filesystem::exists(files.certificate, error) && !error)
        throw ToolError(ExitCode::failed, files.certificate + ": there is none yet, netsaned makes it when it starts");
    return files.certificate;
}

ExitCode FingerprintCommand::run()
{
    const std::string path = file_.empty() ? configuredFile() : file_;
    const Certificate certificate = readCertificateFile(path);
    show("", certificate.fingerprint);
    show("file: ", path);
    show("names: ", joined(certificate.names));
    show("valid until: ", certificate.valid_until + (certificate.expired ? ", expired" : ""));
    if (std::fflush(stdout) != 0)
        throw ToolError(ExitCode::failed, "can't write the fingerprint");
    return ExitCode::done;
}

} // namespace netsane
