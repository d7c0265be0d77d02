// The file known_servers on the disk: read when a server is to be recognised, replaced when one becomes known.
//
// Made for one connection; holds no descriptor between calls. All functions block on the disk, and change() for other
// programs, too, for at most lock_patience. The file counts only if it is a regular one that belongs to root or the
// effective user, and if nobody else can write to it or to the folders on the way; links are followed to what is judged
// so. Replacing writes a new file beside it and renames that: whoever reads sees the old content or the new one, and of
// two programs none loses what the other has written. Errors are KnownServersError with path and reason.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace netsane {

class KnownServersError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class KnownServersFile {
public:
    static constexpr std::chrono::milliseconds lock_patience{2000};

    // Given the text (empty where there is no file) it answers the new one, or nothing to leave it.
    using Edit = std::function<std::optional<std::string>(const std::string &text)>;

    // known_servers of the person: netsane/known_servers in userConfigFolder(). Throws if there is no such place: no
    // home, or a program that runs with rights that its user doesn't have.
    static std::string defaultPath();

    // path: absolute.
    explicit KnownServersFile(std::string path) : path_(std::move(path)) {}

    const std::string &path() const noexcept { return path_; }

    // The text; empty where there is no file.
    std::string read() const;

    // Reads, edits and replaces the file under its lock. Folders that aren't there are made, with mode 0700, and a file
    // with 0600; an old one keeps who may read it.
    void change(const Edit &edit) const;

private:
    std::string path_;
};

} // namespace netsane
