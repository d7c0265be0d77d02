// Files that may be believed: plugins and secrets. Such a file and every folder above it belong to root or to the
// effective user and are writable by nobody else. All functions throw PluginError with path and reason.

#pragma once

#include "os/UniqueFd.hxx"

#include <cstddef>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <utility>

namespace netsane {

/// Checks a folder and all above it, both as named and as resolved, and returns its real path. A root-owned sticky
/// folder that everybody may write to (/tmp) is accepted on the way, as nobody can replace another's entry in it, but
/// not as the folder itself.
std::string trustedFolder(const std::string &path);

/// An open trusted file. Owns its descriptor.
class TrustedFile {
public:
    /// @param path absolute; symbolic links are followed, and what they lead to is checked
    explicit TrustedFile(const std::string &path);

    /// A file directly in a folder and no symbolic link.
    /// @param real_folder from trustedFolder()
    TrustedFile(const std::string &real_folder, std::string_view file_name);

    /// A file that somebody else has opened for reading, who has looked at the folders. The file itself is checked.
    /// @param path for messages
    TrustedFile(UniqueFd fd, std::string path);

    int fd() const noexcept { return fd_.get(); }
    /// The descriptor, which is the caller's from now on; nothing else may be done with this object then.
    UniqueFd takeFd() noexcept { return std::move(fd_); }
    const std::string &realPath() const noexcept { return real_path_; }
    size_t size() const noexcept { return static_cast<size_t>(status_.st_size); }

    /// Throws if others than owner and group may read it.
    void requireSecret() const;

    /// Throws if the path leads to another file by now, or the file was written to since it was checked.
    void requireUnchanged() const;

private:
    void open(const std::string &real_path);
    void check();

    std::string real_path_;
    UniqueFd fd_;
    struct stat status_ {};
};

} // namespace netsane
