// Where the pages of a scan go: one file each, or one for all. Owned by the command.
//
// A file gets its name when it is whole, a document of many pages by finish(). Functions throw what TargetFile and
// PageWriter do.
#pragma once

#include "tool/image/ImageFormat.hxx"
#include "tool/image/TargetFile.hxx"
#include "tool/scan/OutputNames.hxx"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace netsane {

class PageFiles {
public:
    enum class Kind { document, numbered };
    using Check = std::function<void()>;

    PageFiles(const ImageFormat &format, const EncodeOptions &options, OutputNames names, Kind kind);

    // For the page with this number, from 1 on. Throws for a file that can't be written, before anything is scanned.
    PageWriter &begin(unsigned number);
    // may_name: throws where a file that is whole is not to get its name after all. Writing it takes its time.
    void end(const Check &may_name);

    // Behind the last page.
    void finish(const Check &may_name);

    // Something has failed: the pages of a document that are whole get a name of their own, which is returned; "" for
    // none.
    std::string keepWhole(const Check &may_name);

    // Nothing is left of what isn't committed.
    void discard() noexcept;

    // The file that is being written.
    const std::string &path() const noexcept { return path_; }
    // Of the files that are whole.
    unsigned files() const noexcept { return files_; }
    std::uint64_t bytes() const noexcept { return bytes_; }

private:
    void commit(const Check &may_name);

    const ImageFormat &format_;
    const EncodeOptions options_;
    const OutputNames names_;
    const Kind kind_;
    std::string path_;
    std::optional<TargetFile> file_;
    std::unique_ptr<PageWriter> writer_; // writes to the file: ends before it
    unsigned whole_pages_ = 0;           // of the file
    unsigned files_ = 0;
    std::uint64_t bytes_ = 0;
};

} // namespace netsane
