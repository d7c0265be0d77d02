// A file that appears under its name whole or not at all.
//
// It is written without a name (O_TMPFILE), so that nothing is left however this program ends; where the file system
// can't do that, under a temporary name beside its place, which goes with the object. Owned by who writes the file; all
// functions block on the disk and throw ToolError or std::system_error.
#pragma once

#include "tool/image/SpoolFile.hxx"

#include <cstdio>
#include <string>

namespace netsane {

class TargetFile {
public:
    // path: of the file. One that is there is replaced by commit(), a symbolic link to it stays; what isn't a regular
    // file is refused.
    explicit TargetFile(const std::string &path);
    ~TargetFile();
    TargetFile(const TargetFile &) = delete;
    TargetFile &operator=(const TargetFile &) = delete;

    // Open for reading and writing; stays the object's.
    std::FILE *stream() noexcept { return stream_.get(); }

    // All of it is on the disk, and then under its name. Once.
    void commit();

    const std::string &path() const noexcept { return path_; }

    // For who ends the program without unwinding; safe in a signal handler.
    static void removeTemporary() noexcept;

private:
    void openNameless(const std::string &folder);
    void openNamed(const std::string &folder);
    void giveName(const std::string &folder);
    void rememberTemporary(const std::string &name);

    const std::string path_;     // as given
    std::string place_;          // where links lead
    std::string temporary_name_; // empty: it has none
    UniqueFile stream_;
};

} // namespace netsane
