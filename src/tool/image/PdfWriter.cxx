#include "config.h"
#include "os/Error.hxx"
#include "tool/image/EightBits.hxx"
#include "tool/image/PdfDocument.hxx"
#include "tool/image/SpoolFile.hxx"
#include "tool/image/Writers.hxx"

#define POINTERHOLDER_TRANSITION 4
#include <qpdf/Pipeline.hh>
#include <qpdf/Pl_Flate.hh>
#include <string>

namespace netsane {

namespace {

class SpoolPipeline : public Pipeline {
public:
    explicit SpoolPipeline(SpoolFile &spool) : Pipeline("spool", nullptr), spool_(spool) {}

    void write(unsigned char const *data, std::size_t size) override
    {
        spool_.append(std::as_bytes(std::span(data, size)));
    }
    void finish() override {}

private:
    SpoolFile &spool_;
};

// Encoded pages wait in a file of their own until finish(): memory doesn't grow with their number.
class PdfWriter : public PageWriter {
public:
    PdfWriter(std::FILE *stream, const EncodeOptions &options) : stream_(stream), options_(options) {}

    void beginPage(const PageLayout &layout) override
    {
        source_ = layout;
        page_ = {layout.width,
                 layout.height,
                 layout.channels,
                 layout.depth == 1 ? 1U : 8U,
                 layout.dpi_x,
                 layout.dpi_y,
                 usesJpeg(layout),
                 spool_.size(),
                 0};
        if (page_.jpeg)
            beginJpeg();
        else
            flate_ = std::make_unique<Pl_Flate>("page", &pipeline_, Pl_Flate::a_deflate);
    }

    void writeRow(std::span<const std::byte> row) override
    {
        if (jpeg_)
            return jpeg_->writeRow(row);
        const auto bytes = source_.depth == 16 ? asEightBits(source_, row, space_) : row;
        flate_->write(reinterpret_cast<unsigned char const *>(bytes.data()), bytes.size());
    }

    void endPage() override
    {
        if (jpeg_)
            jpeg_->endPage();
        else
            flate_->finish();
        jpeg_.reset();
        flate_.reset();
        page_.size = spool_.size() - page_.offset;
        pages_.push_back(page_);
    }

    void dropPage() override
    {
        jpeg_.reset();
        flate_.reset();
    }

    void finish() override
    {
        writePdf(stream_, pages_, [this](std::uint64_t offset, unsigned char *space, std::size_t count) {
            spool_.read(offset, std::as_writable_bytes(std::span(space, count)));
        });
        // it overlooks errors of writes that the stream has put off
        if (std::fflush(stream_) != 0 || std::ferror(stream_) != 0)
            throwErrno("write the document");
    }

private:
#ifdef HAVE_JPEG
    bool usesJpeg(const PageLayout &layout) const noexcept
    {
        return layout.depth != 1 && !options_.lossless;
    }
    void beginJpeg()
    {
        jpeg_ = makeJpegWriter(spool_.stream(), options_);
        jpeg_->beginPage(source_);
    }
#else
    bool usesJpeg(const PageLayout &) const noexcept
    {
        return false;
    }
    void beginJpeg() {}
#endif

    std::FILE *const stream_;
    const EncodeOptions options_;
    SpoolFile spool_;
    SpoolPipeline pipeline_{spool_};
    std::unique_ptr<PageWriter> jpeg_; // of the page that is being written; or
    std::unique_ptr<Pl_Flate> flate_;
    std::vector<std::byte> space_;
    PageLayout source_;
    PdfPage page_;
    std::vector<PdfPage> pages_;
};

} // namespace

std::unique_ptr<PageWriter> makePdfWriter(std::FILE *stream, const EncodeOptions &options)
{
    return std::make_unique<PdfWriter>(stream, options);
}

} // namespace netsane
