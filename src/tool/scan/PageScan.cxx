#include "tool/scan/PageScan.hxx"

#include "tool/ToolError.hxx"
#include "tool/scan/FrameRows.hxx"

#include <algorithm>
#include <utility>

namespace netsane {

namespace {

constexpr std::size_t block_bytes = 64 * 1024;
constexpr std::size_t colours = 3;

std::optional<std::uint64_t> wholeBytes(const SANE_Parameters &frame)
{
    if (frame.lines < 0)
        return std::nullopt;
    const std::uint64_t frames = frame.format == SANE_FRAME_GRAY || frame.format == SANE_FRAME_RGB ? 1 : colours;
    return frames * static_cast<std::uint64_t>(frame.bytes_per_line) * static_cast<std::uint64_t>(frame.lines);
}

} // namespace

PageScan::PageScan(Scanner &scanner, std::string name, ScanProgress &progress)
    : scanner_(scanner), name_(std::move(name)), progress_(progress), interruption_(scanner), block_(block_bytes)
{
}

// SANE wants a cancel behind the last page, too.
PageScan::~PageScan()
{
    scanner_.cancel();
}

void PageScan::fail(const std::string &what) const
{
    progress_.clear();
    throw ToolError(ExitCode::failed, name_ + ": " + (label_.empty() ? "" : label_ + ": ") + what);
}

void PageScan::fail(SANE_Status status) const
{
    fail(failureText(status, scanner_.reason()));
}

bool PageScan::start(const std::string &label)
{
    label_ = label;
    const auto status = interruption_.during([this] { return scanner_.start(); });
    if (status == SANE_STATUS_NO_DOCS)
        return false;
    if (status != SANE_STATUS_GOOD)
        fail(status);
    return true;
}

SANE_Parameters PageScan::parameters()
{
    SANE_Parameters frame{};
    const auto status = interruption_.during([&] { return scanner_.parameters(frame); });
    if (status != SANE_STATUS_GOOD)
        fail(status);
    if (const auto *const fault = faultOfFrame(frame))
        fail(fault);
    return frame;
}

PageLayout PageScan::read(PageWriter &writer, Resolution resolution, const std::string &label)
{
    label_ = label;
    const auto frame = parameters();
    auto layout = layoutOf(frame);
    layout.dpi_x = resolution.x;
    layout.dpi_y = resolution.y;
    progress_.beginPage(label, wholeBytes(frame));
    if (frame.format == SANE_FRAME_GRAY || frame.format == SANE_FRAME_RGB)
        readRows(writer, frame, layout);
    else
        readPlanes(writer, frame, layout);
    interruption_.check();
    return layout;
}

// Gives the rows of one frame to `sink`, without what fills them up, and returns how many there were.
std::uint32_t PageScan::readFrame(const SANE_Parameters &frame, std::size_t row_bytes, const RowSink &sink)
{
    RowCutter cutter(static_cast<std::size_t>(frame.bytes_per_line), row_bytes);
    const auto expected = frame.lines < 0 ? max_page_rows : static_cast<std::uint32_t>(frame.lines);
    for (;;) {
        SANE_Int length = 0;
        const auto status = interruption_.during([&] { return scanner_.read(block_, length); });
        if (status == SANE_STATUS_EOF)
            break;
        if (status != SANE_STATUS_GOOD)
            fail(status);
        const auto count = std::clamp<std::size_t>(static_cast<std::size_t>(std::max(length, 0)), 0, block_.size());
        progress_.add(count);
        cutter.feed(std::as_bytes(std::span(block_).first(count)), [&](std::span<const std::byte> row) {
            if (cutter.rows() > expected)
                fail("the device sends more lines than the " + std::to_string(expected) + " it has announced");
            sink(row);
        });
    }
    const bool is_short = frame.lines >= 0 && cutter.rows() < expected;
    if (is_short || cutter.hasPart())
        fail("the picture ends after " + std::to_string(cutter.rows()) + " lines" +
             (is_short ? " of the " + std::to_string(expected) + " that the device has announced"
                       : " and a part of one"));
    if (cutter.rows() == 0)
        fail("the device sends an empty picture");
    return cutter.rows();
}

std::uint32_t PageScan::spoolFrame(SpoolFile &spool, const SANE_Parameters &frame, std::size_t row_bytes)
{
    return readFrame(frame, row_bytes, [&](std::span<const std::byte> row) { spool.append(row); });
}

// One frame has all.
void PageScan::readRows(PageWriter &writer, const SANE_Parameters &frame, PageLayout &layout)
{
    const auto row_bytes = frameRowBytes(frame);
    std::vector<std::byte> space;
    const auto write = [&](std::span<const std::byte> row) { writer.writeRow(pageRow(frame, row, space)); };
    if (frame.lines >= 0) {
        writer.beginPage(layout);
        readFrame(frame, row_bytes, write);
    } else {
        SpoolFile spool;
        layout.height = spoolFrame(spool, frame, row_bytes);
        writer.beginPage(layout);
        std::vector<std::byte> row(row_bytes);
        for (std::uint32_t y = 0; y < layout.height; ++y) {
            spool.read(std::uint64_t{y} * row_bytes, row);
            write(row);
        }
    }
    writer.endPage();
}

std::size_t PageScan::colourOf(const SANE_Parameters &frame, const SANE_Parameters &first) const
{
    if (frame.format < SANE_FRAME_RED || frame.format > SANE_FRAME_BLUE)
        fail("the device mixes frames of colours with others");
    if (frame.pixels_per_line != first.pixels_per_line || frame.depth != first.depth || frame.lines != first.lines)
        fail("the colours of the picture differ in size");
    return static_cast<std::size_t>(frame.format) - SANE_FRAME_RED;
}

void PageScan::startNextFrame()
{
    const auto status = interruption_.during([this] { return scanner_.start(); });
    if (status != SANE_STATUS_GOOD)
        fail(status);
}

// A frame each for red, green and blue, in any order.
void PageScan::readPlanes(PageWriter &writer, SANE_Parameters frame, PageLayout &layout)
{
    const auto first = frame;
    const auto row_bytes = frameRowBytes(frame);
    std::array<SpoolFile, colours> spools;
    std::array<std::uint32_t, colours> rows{};
    for (std::size_t i = 0; i < colours; ++i) {
        if (i != 0) {
            startNextFrame();
            frame = parameters();
        }
        const auto colour = colourOf(frame, first);
        if (rows[colour] != 0)
            fail("the device sends a colour twice");
        rows[colour] = spoolFrame(spools[colour], frame, row_bytes);
    }
    if (rows[0] != rows[1] || rows[0] != rows[2])
        fail("the colours of the picture differ in length");
    layout.height = rows[0];
    writer.beginPage(layout);
    std::array<std::vector<std::byte>, colours> planes;
    planes.fill(std::vector<std::byte>(row_bytes));
    std::vector<std::byte> row;
    for (std::uint32_t y = 0; y < layout.height; ++y) {
        for (std::size_t colour = 0; colour < colours; ++colour)
            spools[colour].read(std::uint64_t{y} * row_bytes, planes[colour]);
        writer.writeRow(joinPlanes(frame, planes, row));
    }
    writer.endPage();
}

} // namespace netsane
