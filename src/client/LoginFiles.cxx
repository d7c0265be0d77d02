#include "client/LoginFiles.hxx"

#include "client/UserFolders.hxx"
#include "config/ClientLogins.hxx"
#include "os/Error.hxx"
#include "os/Secret.hxx"
#include "plugin/PluginError.hxx"
#include "plugin/TrustedFile.hxx"

#include <array>
#include <cerrno>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace netsane {

namespace {

constexpr std::size_t max_file_bytes = 64 * 1024;

std::optional<std::string> credentialsPath()
{
    const auto folder = userConfigFolder();
    return folder ? std::optional(*folder + "/netsane/credentials") : std::nullopt;
}

std::optional<std::string> passPath()
{
    const auto home = homeFolder();
    return home ? std::optional(*home + "/.sane/pass") : std::nullopt;
}

// Why the file isn't used, or nullptr.
const char *faultOf(const struct stat &info) noexcept
{
    if (info.st_uid != ::geteuid())
        return "belongs to another user";
    if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return "group or others have access to it (chmod 600)";
    return nullptr;
}

// Nothing if there is no such file, or it is refused; then `debug` is told.
std::optional<SecureBytes> readFile(const std::string &path, const DebugSink &debug)
{
    const auto refuse = [&](const std::string &reason) {
        if (debug)
            debug(0, "login not taken from " + reason);
        return std::nullopt;
    };
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return std::nullopt;
        return refuse(path + ": " + errnoText(errno));
    }
    try {
        const TrustedFile file(path); // throws with path and reason
        if (::fstat(file.fd(), &info) != 0)
            throwErrno("fstat");
        if (const char *const fault = faultOf(info))
            return refuse(path + ": " + fault);
        if (auto bytes = readSecretFile(file.fd(), max_file_bytes))
            return bytes;
        return refuse(path + ": longer than 64 KiB");
    } catch (const PluginError &error) {
        return refuse(error.what());
    } catch (const std::system_error &error) {
        return refuse(path + ": " + error.what());
    }
}

using Find = decltype(&findCredentials);

std::optional<Credentials> findIn(const std::optional<std::string> &path, Find find, const ServerName &server,
                                  const std::optional<std::string> &user, const DebugSink &debug)
{
    const auto bytes = path ? readFile(*path, debug) : std::nullopt;
    if (!bytes)
        return std::nullopt;
    const std::string_view text(reinterpret_cast<const char *>(bytes->data()), bytes->size());
    auto login = find(text, server, user, [&](unsigned line, const std::string &what) {
        if (debug)
            debug(0, *path + ":" + std::to_string(line) + ": " + what);
    });
    if (!login)
        return std::nullopt;
    return Credentials{std::move(login->user), std::move(login->password), *path + ":" + std::to_string(login->line)};
}

} // namespace

std::optional<Credentials> findStoredLogin(const ServerName &server, const std::optional<std::string> &user,
                                           const DebugSink &debug)
{
    if (hasForeignRights()) {
        if (debug)
            debug(1, "no login is taken from files: the program runs with other rights than its user has");
        return std::nullopt;
    }
    auto found = findIn(credentialsPath(), findCredentials, server, user, debug);
    if (found && found->password)
        return found;
    // A name that stands in the first file holds for the second one too.
    const auto wanted = found ? std::optional(found->user) : user;
    auto in_pass = findIn(passPath(), findPass, server, wanted, debug);
    return in_pass && (in_pass->password || !found) ? std::move(in_pass) : std::move(found);
}

} // namespace netsane
