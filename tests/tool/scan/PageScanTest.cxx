#include "tool/scan/PageScan.hxx"
#include "tests/tool/scanner/FakeScanner.hxx"
#include "tool/ToolError.hxx"

#include <gtest/gtest.h>

#include <csignal>

using namespace netsane;

namespace {

// Keeps what it is given.
class MemoryWriter : public PageWriter {
public:
    void beginPage(const PageLayout &layout) override { layouts.push_back(layout); }
    void writeRow(std::span<const std::byte> row) override
    {
        EXPECT_EQ(row.size(), layouts.back().rowBytes());
        for (const auto byte : row)
            bytes.push_back(std::to_integer<unsigned>(byte));
        ++rows;
    }
    void endPage() override
    {
        EXPECT_EQ(rows, layouts.back().height);
        rows = 0;
        ++pages;
    }
    void finish() override {}

    std::vector<PageLayout> layouts;
    std::vector<unsigned> bytes;
    unsigned rows = 0;
    unsigned pages = 0;
};

FakeFrame frame(SANE_Frame format, SANE_Int depth, SANE_Int width, SANE_Int lines, SANE_Int line_bytes,
                std::vector<SANE_Byte> bytes)
{
    FakeFrame made;
    made.parameters = {format, SANE_TRUE, line_bytes, width, lines, depth};
    made.bytes = std::move(bytes);
    return made;
}

class PageScanTest : public testing::Test {
protected:
    // What is ignored from the start stays so, as below nohup(1) and behind a shell's `&`.
    PageScanTest()
    {
        ::signal(SIGINT, SIG_DFL);
        ::signal(SIGTERM, SIG_DFL);
    }

    void scan()
    {
        PageScan scan(scanner_, "fake:0", progress_);
        for (unsigned page = 1; scan.start(); ++page)
            scan.read(writer_, {300, 300}, "page " + std::to_string(page));
    }
    std::string failure()
    {
        try {
            scan();
            return "none";
        } catch (const ToolError &error) {
            EXPECT_EQ(error.code(), ExitCode::failed);
            EXPECT_EQ(writer_.pages, 0U) << "a page that isn't whole has no end";
            return error.what();
        }
    }

    FakeScanner scanner_;
    MemoryWriter writer_;
    ScanProgress progress_{false};
};

using Bytes = std::vector<unsigned>;

} // namespace

TEST_F(PageScanTest, CutsWhatComesIntoRows)
{
    for (const std::size_t piece : {1, 2, 3, 5, 100}) {
        FakeScanner scanner;
        MemoryWriter writer;
        scanner.max_read = piece;
        scanner.frames = {frame(SANE_FRAME_GRAY, 8, 2, 3, 4, {1, 2, 98, 99, 3, 4, 98, 99, 5, 6, 98, 99})};
        PageScan scan(scanner, "fake:0", progress_);
        ASSERT_TRUE(scan.start());
        scan.read(writer, {300, 150}, "page");
        EXPECT_EQ(writer.bytes, (Bytes{1, 2, 3, 4, 5, 6})) << "what fills lines up is left out, in pieces of " << piece;
        EXPECT_EQ(writer.layouts, (std::vector<PageLayout>{{2, 3, 1, 8, 300, 150}}));
        EXPECT_FALSE(scan.start());
    }
}

TEST_F(PageScanTest, LearnsTheHeightOfAHandScannersPage)
{
    scanner_.frames = {frame(SANE_FRAME_RGB, 8, 1, -1, 3, {1, 2, 3, 4, 5, 6, 7, 8, 9})};
    scan();
    EXPECT_EQ(writer_.bytes, (Bytes{1, 2, 3, 4, 5, 6, 7, 8, 9}));
    EXPECT_EQ(writer_.layouts.at(0).height, 3U);
}

TEST_F(PageScanTest, JoinsThreePassesInAnyOrder)
{
    scanner_.frames = {frame(SANE_FRAME_BLUE, 8, 2, 2, 2, {5, 6, 15, 16}),
                       frame(SANE_FRAME_RED, 8, 2, 2, 2, {1, 2, 11, 12}),
                       frame(SANE_FRAME_GREEN, 8, 2, 2, 2, {3, 4, 13, 14})};
    scan();
    EXPECT_EQ(writer_.bytes, (Bytes{1, 3, 5, 2, 4, 6, 11, 13, 15, 12, 14, 16}));
    EXPECT_EQ(writer_.layouts, (std::vector<PageLayout>{{2, 2, 3, 8, 300, 300}}));
}

TEST_F(PageScanTest, JoinsThreePassesOfOtherDepths)
{
    scanner_.frames = {frame(SANE_FRAME_RED, 16, 1, -1, 2, {1, 2}),  frame(SANE_FRAME_GREEN, 16, 1, -1, 2, {3, 4}),
                       frame(SANE_FRAME_BLUE, 16, 1, -1, 2, {5, 6}), frame(SANE_FRAME_RED, 1, 2, 1, 1, {0x80}),
                       frame(SANE_FRAME_GREEN, 1, 2, 1, 1, {0x40}),  frame(SANE_FRAME_BLUE, 1, 2, 1, 1, {0xc0})};
    scan();
    EXPECT_EQ(writer_.bytes, (Bytes{1, 2, 3, 4, 5, 6, 255, 0, 255, 0, 255, 255}));
    EXPECT_EQ(writer_.layouts.at(0).depth, 16U);
    EXPECT_EQ(writer_.layouts.at(1).depth, 8U);
}

TEST_F(PageScanTest, KeepsBilevelAndSpreadsColoursOfOneBit)
{
    scanner_.frames = {frame(SANE_FRAME_GRAY, 1, 9, 1, 2, {0xa5, 0x80}),
                       frame(SANE_FRAME_RGB, 1, 9, 1, 6, {0x80, 0x40, 0x01, 0x80, 0x80, 0x00})};
    scan();
    EXPECT_EQ(writer_.bytes, (Bytes{0xa5, 0x80, 255, 0, 0, 0, 255, 0, 0, 0, 0,   0,   0,   0, 0,
                                    0,    0,    0,   0, 0, 0, 0,   0, 0, 0, 255, 255, 255, 0}));
    EXPECT_EQ(writer_.layouts.at(0).depth, 1U);
    EXPECT_EQ(writer_.layouts.at(1), (PageLayout{9, 1, 3, 8, 300, 300}));
}

TEST_F(PageScanTest, ScansUntilThereIsNoPaper)
{
    scanner_.frames.assign(50, frame(SANE_FRAME_GRAY, 8, 1, 1, 1, {7}));
    scan();
    EXPECT_EQ(writer_.pages, 50U);
    EXPECT_EQ(scanner_.cancels, 1) << "a feeder is told once that all is over";
}

TEST_F(PageScanTest, AShortPictureIsAFailure)
{
    scanner_.frames = {frame(SANE_FRAME_GRAY, 8, 2, 3, 2, {1, 2, 3, 4})};
    EXPECT_EQ(failure(), "fake:0: page 1: the picture ends after 2 lines of the 3 that the device has announced");
}

TEST_F(PageScanTest, ALineThatEndsInItsMiddleIsAFailure)
{
    scanner_.frames = {frame(SANE_FRAME_GRAY, 8, 2, -1, 2, {1, 2, 3})};
    EXPECT_EQ(failure(), "fake:0: page 1: the picture ends after 1 lines and a part of one");
}

TEST_F(PageScanTest, MoreLinesThanAnnouncedAreAFailure)
{
    scanner_.frames = {frame(SANE_FRAME_GRAY, 8, 2, 1, 2, {1, 2, 3, 4})};
    EXPECT_NE(failure().find("more lines than the 1"), std::string::npos);
}

TEST_F(PageScanTest, AnEmptyPictureIsAFailure)
{
    scanner_.frames = {frame(SANE_FRAME_GRAY, 8, 2, -1, 2, {})};
    EXPECT_EQ(failure(), "fake:0: page 1: the device sends an empty picture");
}

TEST_F(PageScanTest, EveryStatusInTheMiddleIsAFailure)
{
    for (const auto status : {SANE_STATUS_IO_ERROR, SANE_STATUS_JAMMED, SANE_STATUS_NO_DOCS, SANE_STATUS_CANCELLED,
                              SANE_STATUS_COVER_OPEN}) {
        FakeScanner scanner;
        auto part = frame(SANE_FRAME_GRAY, 8, 2, 3, 2, {1, 2, 3, 4});
        part.end = status;
        scanner.frames = {part};
        MemoryWriter writer;
        PageScan scan(scanner, "fake:0", progress_);
        ASSERT_TRUE(scan.start());
        EXPECT_THROW(scan.read(writer, {}, "page"), ToolError) << status;
        EXPECT_EQ(writer.pages, 0U);
    }
}

TEST_F(PageScanTest, PlanesThatDoNotFitAreAFailure)
{
    const auto red = frame(SANE_FRAME_RED, 8, 1, 1, 1, {1});
    const std::vector<std::vector<FakeFrame>> wrong = {
        {red, red, frame(SANE_FRAME_BLUE, 8, 1, 1, 1, {1})},
        {red, frame(SANE_FRAME_GREEN, 8, 2, 1, 2, {1, 2}), frame(SANE_FRAME_BLUE, 8, 1, 1, 1, {1})},
        {red, frame(SANE_FRAME_GRAY, 8, 1, 1, 1, {1}), frame(SANE_FRAME_BLUE, 8, 1, 1, 1, {1})},
        {red, frame(SANE_FRAME_GREEN, 8, 1, 1, 1, {1})},
    };
    for (const auto &frames : wrong) {
        FakeScanner scanner;
        scanner.frames = frames;
        MemoryWriter writer;
        PageScan scan(scanner, "fake:0", progress_);
        ASSERT_TRUE(scan.start());
        EXPECT_THROW(scan.read(writer, {}, "page"), ToolError);
        EXPECT_EQ(writer.pages, 0U);
    }
}

TEST_F(PageScanTest, ImpossibleParametersAreAFailure)
{
    for (const auto &wrong :
         {frame(static_cast<SANE_Frame>(7), 8, 1, 1, 1, {1}), frame(SANE_FRAME_GRAY, 4, 2, 1, 1, {1}),
          frame(SANE_FRAME_GRAY, 8, 0, 1, 1, {1}), frame(SANE_FRAME_GRAY, 8, 2, 1, 1, {1}),
          frame(SANE_FRAME_GRAY, 8, 1, 0, 1, {1}), frame(SANE_FRAME_RGB, 1, 9, 1, 4, {1, 2, 3, 4})}) {
        FakeScanner scanner;
        scanner.frames = {wrong};
        PageScan scan(scanner, "fake:0", progress_);
        ASSERT_TRUE(scan.start());
        EXPECT_THROW(scan.read(writer_, {}, "page"), ToolError);
        EXPECT_TRUE(writer_.layouts.empty());
    }
}

TEST_F(PageScanTest, ASignalCancelsTheCallThatIsInProgress)
{
    scanner_.frames = {frame(SANE_FRAME_GRAY, 8, 1, 2, 1, {1, 2})};
    scanner_.max_read = 1;
    scanner_.on_read = [] { ::raise(SIGINT); };
    {
        PageScan scan(scanner_, "fake:0", progress_);
        ASSERT_TRUE(scan.start());
        try {
            scan.read(writer_, {}, "page");
            FAIL();
        } catch (const Interrupted &interrupted) {
            EXPECT_EQ(interrupted.signal, SIGINT);
        }
        EXPECT_EQ(scanner_.cancels, 1);
    }
    EXPECT_EQ(writer_.pages, 0U);
}

TEST_F(PageScanTest, ASignalBetweenCallsStopsTheNext)
{
    scanner_.frames = {frame(SANE_FRAME_GRAY, 8, 1, 1, 1, {1})};
    PageScan scan(scanner_, "fake:0", progress_);
    ::raise(SIGTERM);
    EXPECT_EQ(scanner_.cancels, 0) << "no call was in progress";
    EXPECT_THROW(scan.start(), Interrupted);
}
