// Supervisor, continued: from the start to the moment when connections are accepted.

#include "config/CertificateFiles.hxx"
#include "daemon/Log.hxx"
#include "daemon/Supervisor.hxx"
#include "daemon/WorkerSetups.hxx"
#include "os/Error.hxx"
#include "plugin/PluginError.hxx"
#include "plugin/TrustedFile.hxx"

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace netsane {

namespace {

// Whole or not at all: a reader never sees half of it.
void writeFile(const std::string &path, const std::vector<std::string> &lines)
{
    const std::string temporary = path + ".new";
    std::ofstream file(temporary, std::ios::trunc);
    for (const auto &line : lines)
        file << line << '\n';
    file.close();
    if (!file || std::rename(temporary.c_str(), path.c_str()) != 0)
        throw std::runtime_error("can't write " + path);
}

std::string makeTemporaryFolder()
{
    std::string path = "/tmp/netsaned-check-XXXXXX";
    if (!::mkdtemp(path.data()))
        throw std::system_error(errno, std::generic_category(), "make a folder in /tmp");
    return path;
}

int countThere(const CertificateFiles &files)
{
    std::error_code ignored;
    return (std::filesystem::exists(files.certificate, ignored) ? 1 : 0) +
           (std::filesystem::exists(files.key, ignored) ? 1 : 0);
}

// Whether the certificate could be made there, as far as can be seen without making anything.
void checkStateFolder(const std::string &folder)
{
    std::filesystem::path nearest(folder);
    struct stat status {};
    while (::stat(nearest.c_str(), &status) != 0 && nearest.has_relative_path())
        nearest = nearest.parent_path();
    std::string problem;
    if (!S_ISDIR(status.st_mode))
        problem = nearest.string() + ": not a folder";
    else if (::access(nearest.c_str(), W_OK | X_OK) != 0)
        problem = nearest.string() + ": " + errnoText(errno);
    else if (nearest == folder)
        try {
            trustedFolder(folder);
        } catch (const PluginError &error) {
            problem = error.what();
        }
    if (!problem.empty())
        throw std::runtime_error("can't make a certificate for TLS in " + folder + ": " + problem);
}

} // namespace

void Supervisor::run()
{
    if (::geteuid() != 0)
        logInfo("not started as root: all processes run as this user");
    else if (config_.user == "root")
        logWarning("user = \"root\": no process gives up root");
    warnOfLimit();
    withCertificate(config_, [this](const std::string &failure) {
        if (!failure.empty())
            throw std::runtime_error(failure);
        startWorkers();
    });
    loop_.run();
}

// A check makes nothing that stays: the method is tried with a certificate in a folder of its own. Where one file is
// there without the other nothing would be made, and what is said about it is the same.
void Supervisor::withCertificate(ServerConfig &config, const CertificateMaker::OnDone &on_done)
{
    std::string folder = stateFolder(config, paths_.state_dir, ::geteuid() == 0);
    CertificateFiles files = certificateFiles(config, folder);
    if (files.own && countThere(files) == 0 && options_.check_only) {
        checkStateFolder(folder);
        logInfo("there is no certificate for TLS yet: the first start will make one, " + files.certificate);
        folder = check_folder_ = makeTemporaryFolder();
        files = certificateFiles(config, folder);
    }
    if (!files.own)
        return on_done("");
    useCertificate(config, files);
    if (countThere(files) == 2)
        return on_done("");
    certificate_maker_->make(
        {folder, acceptor_.localAddresses()}, options_.check_only, [folder, on_done](const std::string &failure) {
            on_done(failure.empty() ? "" : "can't make a certificate for TLS in " + folder + ": " + failure);
        });
}

void Supervisor::startWorkers()
{
    if (auth_)
        auth_->start();
    session_->start();
    sandbox_report_.askDevice(brokerSettings(config_).device_program, [this] { workerReady(); });
    if (options_.check_only)
        return;
    broker_->prepare(); // beside them
    device_watch_.start(config_.sane_list_refresh);
}

void Supervisor::sessionReady()
{
    // A new session process doesn't wait for the next listing to know SANE's version.
    if (const auto version_code = broker_->versionCode(); version_code != 0)
        session_->send(encodeIpc(DeviceList{0, version_code, {}}));
    workerReady();
}

void Supervisor::workerReady()
{
    const bool all_ready = session_->isReady() && (!auth_ || auth_->isReady());
    const bool all_told = !options_.check_only || sandbox_report_.hasDevice();
    if (all_ready && all_told && !std::exchange(announced_, true))
        announce();
}

void Supervisor::announce()
{
    if (options_.check_only)
        return check_done_.schedule(Milliseconds(0)); // stopping ends the channel that calls this
    acceptor_.startAccepting();
    control_->startAccepting();
    tellAddresses();
    tellNetwork();
    if (options_.on_ready)
        options_.on_ready();
    service_report_.started();
}

void Supervisor::tellAddresses() const
{
    const auto addresses = acceptor_.localAddresses();
    for (const auto &address : addresses)
        logInfo("listening at " + address);
    if (!options_.ports_file.empty())
        writeFile(options_.ports_file, addresses);
}

void Supervisor::tellNetwork()
{
    if (!config_.discovery)
        return discovery_.withdraw();
    try {
        announceInNetwork();
    } catch (const std::exception &error) { // nothing depends on it
        logError(std::string("not announced in the network: ") + error.what());
    }
}

void Supervisor::announceInNetwork()
{
    ChildSpec program = childSpec("netsaned-discovery", "");
    program.die_with_parent = true; // it may wait for D-Bus, and hear of nothing then
    if (wantsSandbox("discovery"))
        program.arguments.push_back("--sandbox");
    std::array<char, HOST_NAME_MAX + 1> host{};
    ::gethostname(host.data(), host.size() - 1);
    discovery_.announce(makeDiscoverySetup(config_, acceptor_.localAddresses(), host.data()), program);
}

void Supervisor::startFailed(const std::string &which, const std::string &reason)
{
    reaper_.killAll(SIGTERM);
    throw std::runtime_error("the " + which + " process can't start: " + reason);
}

} // namespace netsane
