#include "daemon/ControlListener.hxx"

#include "os/Error.hxx"
#include "os/UnixListener.hxx"
#include "plugin/TrustedFile.hxx"

#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace netsane {

namespace {

constexpr mode_t folder_mode = 0755; // unix sockets of "listen" may be in it, which are for everybody
constexpr mode_t socket_mode = 0600;

void makeFolder(const std::filesystem::path &folder)
{
    std::error_code error;
    if (std::filesystem::exists(folder, error))
        return;
    std::filesystem::create_directories(folder.parent_path(), error);
    if (::mkdir(folder.c_str(), folder_mode) != 0 && errno != EEXIST)
        throwErrno("make the folder " + folder.string());
    if (::chmod(folder.c_str(), folder_mode) != 0)
        throwErrno("set the mode of " + folder.string());
}

} // namespace

ControlListener::ControlListener(std::string path, bool make_folder) : path_(std::move(path))
{
    const std::filesystem::path folder = std::filesystem::path(path_).parent_path();
    if (make_folder)
        makeFolder(folder);
    trustedFolder(folder);
    fd_ = listenOnUnixPath(path_, socket_mode, DeadSocket::replace_if_own);
    struct stat status {};
    if (::lstat(path_.c_str(), &status) != 0)
        throwErrno("look at " + path_);
    device_ = status.st_dev;
    inode_ = status.st_ino;
}

ControlListener::~ControlListener()
{
    struct stat status {};
    if (::lstat(path_.c_str(), &status) == 0 && status.st_dev == device_ && status.st_ino == inode_)
        ::unlink(path_.c_str());
}

} // namespace netsane
