// A file that netsaned believes (plugins' TrustedFile), read and replaced whole. Holds descriptors of its folder and of
// its lock; one per command.
//
// The file and its folders belong to root or to who runs this, and nobody else may write to them; a symbolic link in
// the file's place is refused. Replacing writes a new file beside the old one and renames it, so that a reader sees the
// old or the new content and never half of one, whatever happens. All functions block on the disk and throw ToolError
// with the file's name and the reason; the file is then as it was.
#pragma once

#include "os/UniqueFd.hxx"
#include "tool/passwd/SecretText.hxx"

#include <chrono>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <sys/types.h>

namespace netsane {

class SecretFile {
public:
    static constexpr std::size_t max_bytes = 1U << 20;

    struct Owners {
        std::optional<uid_t> also;      // may own the file too: netsaned's user, when root runs this
        std::optional<gid_t> new_group; // of a file that is made, which that group may then read; none: nobody else
    };

    // Opens the folder, which must exist. path: absolute.
    SecretFile(const std::string &path, Owners owners);
    ~SecretFile();
    SecretFile(const SecretFile &) = delete;
    SecretFile &operator=(const SecretFile &) = delete;

    // Keeps other programs like this one from changing the file, until the end of this object. Waits that long for
    // them.
    void lock(std::chrono::milliseconds patience);

    // The content; nullopt when there is no file. Remembers what it read for replace().
    std::optional<SecretText> read();

    // After lock() and read(). Owner, group and the group's right to read stay as they are. Fails if somebody has
    // changed the file since read().
    void replace(std::string_view text);

    // Whether everybody may read the file that was read; replace() ends that.
    bool isReadableByAll() const noexcept { return old_ && (old_->st_mode & S_IROTH) != 0; }

    const std::string &path() const noexcept { return path_; }

private:
    [[noreturn]] void refuse(const std::string &reason) const;
    void openLock();
    bool holdsLockFile() const;
    UniqueFd openOld() const;
    void checkOld(const struct stat &status) const;
    void requireUnchanged() const;
    void writeTemporary(std::string_view text) const;

    const std::string path_;
    const Owners owners_;
    std::string name_; // within the folder
    std::string lock_name_;
    std::string temporary_name_;
    UniqueFd folder_;
    UniqueFd lock_;
    std::optional<struct stat> old_; // none: there was no file
};

} // namespace netsane
