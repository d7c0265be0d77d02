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
    TargetFile(const TargetFile &) = delete;
    TargetFile &operator=(const TargetFile &) = delete;

    // Open for reading and writing; stays the object's.
    std::FILE *stream() noexcept { return stream_.get(); }

    // All of it is on the disk.
    void flush();

    // The same, and then it is under its name. Once.
    void commit();

    // As commit(), beside its place and in place of nothing: "page.incomplete.pdf" for "page.pdf",
    // "page.incomplete-2.pdf" where that is there. Returns that path.
    std::string commitIncomplete();

    const std::string &path() const noexcept { return path_; }

    // For who ends the program without unwinding; safe in a signal handler.
    static void removeTemporary() noexcept;

private:
    // Goes with the object, also where the TargetFile can't be made; and by removeTemporary().
    class TemporaryName {
    public:
        TemporaryName() = default;
        ~TemporaryName() { remove(); }
        TemporaryName(const TemporaryName &) = delete;
        TemporaryName &operator=(const TemporaryName &) = delete;

        void set(const std::string &name);
        void forget() noexcept;
        const std::string &get() const noexcept { return name_; }

    private:
        void remove() noexcept;

        std::string name_;
    };

    void keepRights();
    void openNameless(const std::string &folder);
    void openNamed(const std::string &folder);
    void giveName(const std::string &folder);
    void haveName();

    const std::string path_;       // as given
    std::string place_;            // where links lead
    TemporaryName temporary_name_; // empty: it has none
    UniqueFile stream_;
};

} // namespace netsane
