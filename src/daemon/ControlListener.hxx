// The control socket's file and its listening descriptor, for the owner's eyes only (mode 0600).
//
// Owned by ControlSocket. Made all at once; removed from the disk at the end, if it is still the one that was made.
#pragma once

#include "os/UniqueFd.hxx"

#include <string>
#include <sys/types.h>

namespace netsane {

class ControlListener {
public:
    // A dead socket of this user's at the path is replaced. The folder above, and those above it, must belong to root
    // or to this user and be writable by nobody else: whoever could put another socket in its place would get what is
    // asked. make_folder: it is made where it isn't there (0755). Throws std::runtime_error that names the path.
    ControlListener(std::string path, bool make_folder);
    ~ControlListener();
    ControlListener(const ControlListener &) = delete;
    ControlListener &operator=(const ControlListener &) = delete;

    const std::string &path() const noexcept { return path_; }
    int fd() const noexcept { return fd_.get(); }

private:
    const std::string path_;
    UniqueFd fd_;
    dev_t device_ = 0;
    ino_t inode_ = 0;
};

} // namespace netsane
