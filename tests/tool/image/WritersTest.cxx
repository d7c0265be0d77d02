#include "tool/image/Writers.hxx"
#include "tests/tool/image/ImageReader.hxx"
#include "tests/tool/image/PdfReader.hxx"
#include "tool/ToolError.hxx"
#include "tool/image/SpoolFile.hxx"

#include <gtest/gtest.h>

#include <csignal>
#include <cstring>
#include <sys/resource.h>
#include <unistd.h>

using namespace netsane;

namespace {

std::vector<unsigned char> samplesOf(const PageLayout &layout, unsigned seed = 1)
{
    std::vector<unsigned char> bytes(layout.rowBytes() * layout.height);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto column = i % layout.rowBytes();
        bytes[i] = static_cast<unsigned char>((i / layout.rowBytes()) * 7 + column * 3 + seed);
        const auto used = layout.width % 8;
        if (layout.depth == 1 && used != 0 && column + 1 == layout.rowBytes())
            bytes[i] = static_cast<unsigned char>(bytes[i] & (0xff00U >> used)); // bits behind the row mean nothing
    }
    return bytes;
}

void writePage(PageWriter &writer, const PageLayout &layout, const std::vector<unsigned char> &bytes)
{
    writer.beginPage(layout);
    for (std::uint32_t y = 0; y < layout.height; ++y)
        writer.writeRow(std::as_bytes(std::span(bytes).subspan(y * layout.rowBytes(), layout.rowBytes())));
    writer.endPage();
}

class Writers : public testing::Test {
protected:
    ~Writers() override { ::unlink(path_.c_str()); }

    std::FILE *open()
    {
        file_.reset(std::fopen(path_.c_str(), "w+b"));
        return file_.get();
    }

    const std::string path_ = testing::TempDir() + "netsane-writers-" + std::to_string(::getpid());
    UniqueFile file_;
};

// No file gets longer while it lives.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes)
    {
        ::signal(SIGXFSZ, SIG_IGN);
        EXPECT_EQ(::getrlimit(RLIMIT_FSIZE, &before_), 0);
        const rlimit now{bytes, before_.rlim_max};
        EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &now), 0);
    }
    ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }
    FileSizeLimit(const FileSizeLimit &) = delete;
    FileSizeLimit &operator=(const FileSizeLimit &) = delete;

private:
    rlimit before_{};
};

const PageLayout layouts[] = {
    {13, 5, 1, 1, 300, 300},   {16, 4, 1, 1, 0, 0},     {7, 6, 1, 8, 600, 300}, {7, 6, 3, 8, 72, 72},
    {5, 4, 1, 16, 1200, 1200}, {5, 4, 3, 16, 100, 100}, {1, 1, 1, 8, 50, 50},
};

} // namespace

TEST_F(Writers, PngKeepsAllSamples)
{
    for (const auto &layout : layouts) {
        const auto writer = makePngWriter(open(), {});
        const auto samples = samplesOf(layout);
        writePage(*writer, layout, samples);
        writer->finish();
        const auto page = readPng(file_.get());
        EXPECT_EQ(page.layout, layout) << layout.depth << " bits, " << layout.channels;
        EXPECT_EQ(page.bytes, samples) << layout.depth << " bits, " << layout.channels;
    }
}

TEST_F(Writers, TiffKeepsAllSamplesOfManyPages)
{
    {
        const auto writer = makeTiffWriter(open(), {});
        for (unsigned i = 0; i < 50; ++i) {
            const auto &layout = layouts[i % std::size(layouts)];
            writePage(*writer, layout, samplesOf(layout, i));
        }
        writer->finish();
    }
    const auto pages = readTiff(path_.c_str());
    ASSERT_EQ(pages.size(), 50U);
    for (unsigned i = 0; i < 50; ++i) {
        const auto &layout = layouts[i % std::size(layouts)];
        EXPECT_EQ(pages[i].layout, layout) << i;
        EXPECT_EQ(pages[i].bytes, samplesOf(layout, i)) << i;
    }
}

// Large enough for strips to be on the disk before the page is dropped.
TEST_F(Writers, APageThatIsDroppedIsNotInTheDocument)
{
    const PageLayout layout{2000, 300, 3, 8, 300, 300};
    const auto samples = samplesOf(layout);
    for (const std::uint32_t rows : {0U, 1U, 299U}) {
        for (const auto make : {makeTiffWriter, makePdfWriter}) {
            {
                const auto writer = make(open(), {.lossless = true});
                writePage(*writer, layout, samples);
                writePage(*writer, layouts[3], samplesOf(layouts[3]));
                if (rows != 0)
                    writer->beginPage(layout);
                for (std::uint32_t y = 0; y < rows; ++y)
                    writer->writeRow(std::as_bytes(std::span(samples).subspan(0, layout.rowBytes())));
                writer->dropPage();
                writer->finish();
            }
            file_.reset();
            if (make == makeTiffWriter) {
                const auto pages = readTiff(path_.c_str());
                ASSERT_EQ(pages.size(), 2U) << rows;
                EXPECT_EQ(pages[0].bytes, samples);
                EXPECT_EQ(pages[1].bytes, samplesOf(layouts[3]));
            } else {
                const auto pages = readPdf(path_.c_str());
                ASSERT_EQ(pages.size(), 2U) << rows;
                EXPECT_EQ(pages[0].data, samples);
                EXPECT_EQ(pages[1].data, samplesOf(layouts[3]));
            }
        }
    }
}

// A disk that is full at any byte of a page, or of what a document keeps beside it.
TEST_F(Writers, PagesBeforeAFullDiskAreKept)
{
    constexpr rlim_t first = 100;
    constexpr rlim_t last = 2000;
    constexpr rlim_t step = 13;
    const PageLayout layout{31, 20, 1, 8, 300, 300};
    std::vector<unsigned char> samples(layout.rowBytes() * layout.height);
    for (std::size_t i = 0; i < samples.size(); ++i)
        samples[i] = static_cast<unsigned char>(i * i * 2654435761U >> 13U);
    int failures = 0;
    for (const auto make : {makeTiffWriter, makePdfWriter}) {
        for (rlim_t most = first; most < last; most += step) {
            std::size_t whole = 1;
            {
                const auto writer = make(open(), {.lossless = true});
                writePage(*writer, layout, samples);
                try {
                    const FileSizeLimit limit(most);
                    writePage(*writer, layout, samples);
                    ++whole;
                } catch (const std::exception &) {
                    ++failures;
                }
                writer->dropPage();
                writer->finish();
            }
            file_.reset();
            std::vector<std::vector<unsigned char>> pages;
            if (make == makeTiffWriter)
                for (const auto &page : readTiff(path_.c_str()))
                    pages.push_back(page.bytes);
            else
                for (const auto &page : readPdf(path_.c_str()))
                    pages.push_back(page.data);
            EXPECT_EQ(pages, std::vector(whole, samples)) << most;
        }
    }
    EXPECT_GT(failures, 50);
}

TEST_F(Writers, JpegIsAlmostTheSame)
{
    const PageLayout layout{64, 48, 3, 8, 300, 300};
    std::vector<unsigned char> samples(layout.rowBytes() * layout.height);
    for (std::size_t i = 0; i < samples.size(); ++i)
        samples[i] = static_cast<unsigned char>(i / layout.rowBytes() * 4 + i % 3 * 20); // no edges
    const auto writer = makeJpegWriter(open(), {.jpeg_quality = 95});
    writePage(*writer, layout, samples);
    writer->finish();
    const auto page = readJpeg(file_.get());
    EXPECT_EQ(page.layout, layout);
    for (std::size_t i = 0; i < samples.size(); ++i)
        EXPECT_NEAR(page.bytes[i], samples[i], 6) << i;
}

TEST_F(Writers, JpegMakesEightBitsOfOthers)
{
    const PageLayout bilevel{16, 16, 1, 1, 0, 0};
    auto writer = makeJpegWriter(open(), {.jpeg_quality = 100});
    writePage(*writer, bilevel, std::vector<unsigned char>(bilevel.rowBytes() * bilevel.height, 0xff));
    EXPECT_LE(readJpeg(file_.get()).bytes.at(20), 3) << "1 is black";
    const PageLayout deep{16, 16, 1, 16, 0, 0};
    std::vector<unsigned char> samples(deep.rowBytes() * deep.height);
    for (std::size_t i = 0; i < samples.size(); i += 2) {
        const std::uint16_t sample = 0xc012;
        std::memcpy(samples.data() + i, &sample, sizeof sample);
    }
    writer = makeJpegWriter(open(), {.jpeg_quality = 100});
    writePage(*writer, deep, samples);
    EXPECT_NEAR(readJpeg(file_.get()).bytes.at(20), 0xc0, 3);
}

TEST_F(Writers, JpegSaysWhenAPageIsTooLarge)
{
    const auto writer = makeJpegWriter(open(), {});
    EXPECT_THROW(writer->beginPage({70000, 10, 1, 8, 0, 0}), std::runtime_error);
}

TEST_F(Writers, PdfHasEachPageInItsSize)
{
    {
        const auto writer = makePdfWriter(open(), {.lossless = true});
        for (unsigned i = 0; i < 50; ++i) {
            const auto &layout = layouts[i % std::size(layouts)];
            writePage(*writer, layout, samplesOf(layout, i));
        }
        writer->finish();
    }
    file_.reset();
    const auto pages = readPdf(path_.c_str());
    ASSERT_EQ(pages.size(), 50U);
    for (unsigned i = 0; i < 50; ++i) {
        const auto &layout = layouts[i % std::size(layouts)];
        EXPECT_EQ(pages[i].width, layout.width);
        EXPECT_EQ(pages[i].height, layout.height);
        EXPECT_NEAR(pages[i].box_width, layout.width * 72 / (layout.dpi_x > 0 ? layout.dpi_x : 72), 0.001);
        const auto samples = samplesOf(layout, i);
        if (layout.depth == 16)
            EXPECT_EQ(pages[i].data.size(), samples.size() / 2);
        else
            EXPECT_EQ(pages[i].data, samples) << i;
    }
}

TEST_F(Writers, PdfTakesJpegUnlessAskedNotTo)
{
    for (const bool lossless : {false, true}) {
        {
            const auto writer = makePdfWriter(open(), {.lossless = lossless});
            writePage(*writer, layouts[2], samplesOf(layouts[2]));
            writePage(*writer, layouts[0], samplesOf(layouts[0]));
            writer->finish();
        }
        file_.reset();
        const auto pages = readPdf(path_.c_str());
        EXPECT_EQ(pages.at(0).filter, lossless ? "/FlateDecode" : "/DCTDecode");
        EXPECT_EQ(pages.at(1).filter, "/FlateDecode") << "one bit is never JPEG";
    }
}

// A disk that is full.
TEST_F(Writers, SayThatTheyCannotWrite)
{
    using Maker = std::unique_ptr<PageWriter> (*)(std::FILE *, const EncodeOptions &);
    const std::pair<const char *, Maker> makers[] = {
        {"png", makePngWriter}, {"tiff", makeTiffWriter}, {"jpeg", makeJpegWriter}, {"pdf", makePdfWriter}};
    for (const auto &[name, make] : makers) {
        const UniqueFile full(std::fopen("/dev/full", "r+b"));
        ASSERT_TRUE(full) << "/dev/full can't be opened";
        const PageLayout layout{1000, 1000, 3, 8, 300, 300};
        std::vector<unsigned char> samples(layout.rowBytes() * layout.height);
        for (std::size_t i = 0; i < samples.size(); ++i)
            samples[i] = static_cast<unsigned char>(i * i >> 7U);
        EXPECT_THROW(
            {
                const auto writer = make(full.get(), {});
                writePage(*writer, layout, samples);
                writer->finish();
                if (std::fflush(full.get()) != 0)
                    throw std::runtime_error("full");
            },
            std::exception)
            << name;
    }
}

TEST(ImageFormat, IsFoundByNameAndEnding)
{
    EXPECT_STREQ(imageFormatOfFile("a/b.c/page.PNG").name, "png");
    EXPECT_STREQ(imageFormatOfFile("x.tif").name, "tiff");
    EXPECT_STREQ(imageFormatOfFile("x.tiff").name, "tiff");
    EXPECT_STREQ(imageFormatOfFile("x.y.jpg").name, "jpeg");
    EXPECT_STREQ(imageFormatOfFile(".pdf").name, "pdf");
    EXPECT_STREQ(imageFormatNamed("jpg").name, "jpeg");
    for (const auto *wrong : {"page", "page.", "a.png/page", "x.gif", "png", ""})
        EXPECT_THROW(imageFormatOfFile(wrong), ToolError) << wrong;
    EXPECT_THROW(imageFormatNamed("gif"), ToolError);
    EXPECT_THROW(imageFormatNamed(""), ToolError);
}
