// A file without a name, for what can't go to its place yet: pages of unknown length, planes of a colour, a document's
// pages. Gone with the object, and with the program however that ends.
//
// Functions block on the disk and throw std::system_error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>

namespace netsane {

struct FileCloser {
    void operator()(std::FILE *file) const noexcept { std::fclose(file); }
};
using UniqueFile = std::unique_ptr<std::FILE, FileCloser>;

class SpoolFile {
public:
    // In TMPDIR or /var/tmp, where large files may lie: /tmp is memory on many systems.
    SpoolFile();

    // Writing is behind what is there.
    std::FILE *stream() noexcept { return file_.get(); }
    void append(std::span<const std::byte> bytes);
    std::uint64_t size();

    // Fills `space` from `offset`, which must be there. What was there at a call of size() can be read whatever fails
    // later.
    void read(std::uint64_t offset, std::span<std::byte> space);

    void clear();

private:
    void flush();

    UniqueFile file_;
    std::uint64_t size_ = 0; // when it was asked for last
};

} // namespace netsane
