#include "config.h"
#include "os/Error.hxx"
#include "tool/image/EightBits.hxx"
#include "tool/image/SpoolFile.hxx"
#include "tool/image/Writers.hxx"

#define POINTERHOLDER_TRANSITION 4
#include <array>
#include <qpdf/JSON.hh> // QPDF.hh needs the whole type
#include <qpdf/Pipeline.hh>
#include <qpdf/Pl_Flate.hh>
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFObjectHandle.hh>
#include <qpdf/QPDFWriter.hh>
#include <string>

namespace netsane {

namespace {

constexpr double points_per_inch = 72;
constexpr double unknown_dpi = 72; // a point a pixel
constexpr std::size_t copy_bytes = 1U << 16;

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

// A page that is in the spool, encoded.
struct StoredPage {
    PageLayout layout; // as encoded
    bool jpeg = false;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
};

class StoredStream : public QPDFObjectHandle::StreamDataProvider {
public:
    StoredStream(SpoolFile &spool, const StoredPage &page) : spool_(spool), page_(page) {}

    void provideStreamData(int, int, Pipeline *pipeline) override
    {
        std::array<std::byte, copy_bytes> space{};
        for (std::uint64_t done = 0; done < page_.size;) {
            const auto part = std::span(space).first(std::min<std::uint64_t>(space.size(), page_.size - done));
            spool_.read(page_.offset + done, part);
            pipeline->write(reinterpret_cast<unsigned char *>(part.data()), part.size());
            done += part.size();
        }
        pipeline->finish();
    }

private:
    SpoolFile &spool_;
    const StoredPage page_;
};

QPDFObjectHandle nameOf(const char *name)
{
    return QPDFObjectHandle::newName(name);
}

QPDFObjectHandle pictureOf(QPDF &document, SpoolFile &spool, const StoredPage &page)
{
    auto picture = QPDFObjectHandle::newStream(&document);
    auto facts = picture.getDict();
    facts.replaceKey("/Type", nameOf("/XObject"));
    facts.replaceKey("/Subtype", nameOf("/Image"));
    facts.replaceKey("/Width", QPDFObjectHandle::newInteger(page.layout.width));
    facts.replaceKey("/Height", QPDFObjectHandle::newInteger(page.layout.height));
    facts.replaceKey("/BitsPerComponent", QPDFObjectHandle::newInteger(page.layout.depth));
    facts.replaceKey("/ColorSpace", nameOf(page.layout.channels == 3 ? "/DeviceRGB" : "/DeviceGray"));
    if (page.layout.depth == 1) // 1 is black
        facts.replaceKey("/Decode", QPDFObjectHandle::parse("[1 0]"));
    picture.replaceStreamData(std::make_shared<StoredStream>(spool, page),
                              nameOf(page.jpeg ? "/DCTDecode" : "/FlateDecode"), QPDFObjectHandle::newNull());
    return document.makeIndirectObject(picture);
}

void addPage(QPDF &document, SpoolFile &spool, const StoredPage &page)
{
    const auto size = [](std::uint32_t pixels, double dpi) {
        return QPDFObjectHandle::newReal(pixels * points_per_inch / (dpi > 0 ? dpi : unknown_dpi), 4);
    };
    auto width = size(page.layout.width, page.layout.dpi_x);
    auto height = size(page.layout.height, page.layout.dpi_y);
    auto pictures = QPDFObjectHandle::newDictionary();
    pictures.replaceKey("/Page", pictureOf(document, spool, page));
    auto resources = QPDFObjectHandle::newDictionary();
    resources.replaceKey("/XObject", pictures);
    auto box = QPDFObjectHandle::newArray();
    for (const auto &side : {QPDFObjectHandle::newInteger(0), QPDFObjectHandle::newInteger(0), width, height})
        box.appendItem(side);
    auto sheet = QPDFObjectHandle::newDictionary();
    sheet.replaceKey("/Type", nameOf("/Page"));
    sheet.replaceKey("/MediaBox", box);
    sheet.replaceKey("/Resources", resources);
    sheet.replaceKey("/Contents", QPDFObjectHandle::newStream(&document, width.unparse() + " 0 0 " + height.unparse() +
                                                                             " 0 0 cm /Page Do\n"));
    document.addPage(document.makeIndirectObject(sheet), false);
}

// Encoded pages wait in a file of their own until finish(): memory doesn't grow with their number.
class PdfWriter : public PageWriter {
public:
    PdfWriter(std::FILE *stream, const EncodeOptions &options) : stream_(stream), options_(options) {}

    void beginPage(const PageLayout &layout) override
    {
        source_ = layout;
        page_ = {layout, usesJpeg(layout), spool_.size(), 0};
        page_.layout.depth = layout.depth == 1 ? 1 : 8;
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

    void finish() override
    {
        QPDF document;
        document.emptyPDF();
        auto about = QPDFObjectHandle::newDictionary();
        about.replaceKey("/Producer", QPDFObjectHandle::newUnicodeString("netsane " NETSANE_VERSION));
        document.getTrailer().replaceKey("/Info", document.makeIndirectObject(about));
        for (const auto &page : pages_)
            addPage(document, spool_, page);
        QPDFWriter writer(document);
        writer.setOutputFile("PDF", stream_, false);
        writer.setDecodeLevel(qpdf_dl_none); // pages are encoded once
        writer.write();
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
    StoredPage page_;
    std::vector<StoredPage> pages_;
};

} // namespace

std::unique_ptr<PageWriter> makePdfWriter(std::FILE *stream, const EncodeOptions &options)
{
    return std::make_unique<PdfWriter>(stream, options);
}

} // namespace netsane
