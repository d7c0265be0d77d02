// Scans pages from an open device into writers, whatever frames the device sends them in: one of all colours, one per
// colour, of a length that is known or not.
//
// Owned by a command. All functions block and throw ToolError for what the device does wrong, Interrupted for a
// signal, and what writers throw. A page that is shorter or longer than the device has said is wrong, too.
#pragma once

#include "tool/image/PageWriter.hxx"
#include "tool/image/SpoolFile.hxx"
#include "tool/scan/Interruption.hxx"
#include "tool/scan/ScanProgress.hxx"

#include <array>
#include <functional>
#include <optional>
#include <vector>

namespace netsane {

struct Resolution {
    double x = 0; // dots per inch; 0: unknown
    double y = 0;
};

class PageScan {
public:
    // name: of the device, for messages. All are used until the end of this object, which cancels the device.
    PageScan(Scanner &scanner, std::string name, ScanProgress &progress);
    ~PageScan();
    PageScan(const PageScan &) = delete;
    PageScan &operator=(const PageScan &) = delete;

    // Begins the next page. False: the device has no more paper. label: of the page, for messages.
    bool start(const std::string &label = {});

    // Throws Interrupted if a signal has come.
    void check() const { interruption_.check(); }

    // The page that was begun, to its end; what it was.
    PageLayout read(PageWriter &writer, Resolution resolution, const std::string &label);

private:
    using RowSink = std::function<void(std::span<const std::byte>)>;

    SANE_Parameters parameters();
    std::uint32_t readFrame(const SANE_Parameters &frame, std::size_t row_bytes, const RowSink &sink);
    void readRows(PageWriter &writer, const SANE_Parameters &frame, PageLayout &layout);
    void readPlanes(PageWriter &writer, SANE_Parameters frame, PageLayout &layout);
    std::size_t colourOf(const SANE_Parameters &frame, const SANE_Parameters &first) const;
    std::uint32_t spoolFrame(SpoolFile &spool, const SANE_Parameters &frame, std::size_t row_bytes);
    void startNextFrame();
    [[noreturn]] void fail(const std::string &what) const;
    [[noreturn]] void fail(SANE_Status status) const;

    Scanner &scanner_;
    const std::string name_;
    ScanProgress &progress_;
    Interruption interruption_;
    std::vector<SANE_Byte> block_;
    std::string label_;
};

} // namespace netsane
