// The crypt methods of one setup of the session process, with their settings and files.
//
// A reload makes a new one, so that new connections get what the files hold now. Shared by the connections that began
// with it: the streams of a connection need its methods until they end, whatever was reloaded meanwhile.
#pragma once

#include "daemon/DaemonPluginServices.hxx"
#include "daemon/IpcMessages.hxx"
#include "os/UniqueFd.hxx"
#include "plugin/PluginHost.hxx"

#include <map>
#include <string>
#include <vector>

namespace netsane {

// Answers readFile with what the supervisor handed over, while methods start; later there are no files any more.
class CryptServices final : public DaemonPluginServices {
public:
    CryptServices(const SessionSetup &setup, std::vector<UniqueFd> fds);

    void log(PluginLogLevel level, std::string_view module, std::string_view text) override;
    SecureBytes readFile(const std::string &path, bool secret) override;
    void closeFiles() noexcept { files_.clear(); }

private:
    struct File {
        std::string real_path;
        std::string failure; // why there is no descriptor
        UniqueFd fd;
    };

    const bool trial_;
    std::map<std::string, File> files_; // by the path in the configuration
};

class CryptMethods {
public:
    // fds: what belongs to setup.files. Throws PluginError when a method can't be used.
    CryptMethods(const SessionSetup &setup, std::vector<UniqueFd> fds);

    // In the order of preference.
    const std::vector<const Method *> &list() const noexcept { return list_; }

private:
    CryptServices services_;
    PluginHost plugins_;
    std::vector<const Method *> list_;
};

} // namespace netsane
