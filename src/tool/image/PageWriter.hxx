// Writes the pages of one file. Owned by whoever scans into the file, used by one thread; blocks on the disk.
//
// For each page beginPage(), a writeRow() for each of its rows, endPage(); then finish(). All throw std::runtime_error
// that says what the library or the system says; the file is then of no use, but for dropPage().
#pragma once

#include "tool/image/PageLayout.hxx"

#include <cstddef>
#include <span>

namespace netsane {

class PageWriter {
public:
    PageWriter() = default;
    virtual ~PageWriter() = default;
    PageWriter(const PageWriter &) = delete;
    PageWriter &operator=(const PageWriter &) = delete;

    virtual void beginPage(const PageLayout &layout) = 0;
    virtual void writeRow(std::span<const std::byte> row) = 0; // layout.rowBytes() of them
    virtual void endPage() = 0;

    // In place of what is left of a page, whatever has failed: finish() makes a file of the pages before it. Only for
    // formats of many pages.
    virtual void dropPage() {}

    // Behind the last page. What is in the stream then is a whole file.
    virtual void finish() = 0;
};

} // namespace netsane
