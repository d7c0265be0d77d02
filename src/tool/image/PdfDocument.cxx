#include "tool/image/PdfDocument.hxx"

#include <algorithm>
#include <array>
#include <memory>
#define POINTERHOLDER_TRANSITION 4
#include <qpdf/Pipeline.hh>
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFObjectHandle.hh>
#include <qpdf/QPDFWriter.hh>
#include <string>

namespace netsane {

namespace {

constexpr double points_per_inch = 72;
constexpr double unknown_dpi = 72; // a point a pixel
constexpr std::size_t copy_bytes = 1U << 16;

class StoredStream : public QPDFObjectHandle::StreamDataProvider {
public:
    StoredStream(const PdfSource &source, const PdfPage &page) : source_(source), page_(page) {}

    void provideStreamData(int, int, Pipeline *pipeline) override
    {
        std::array<unsigned char, copy_bytes> space{};
        for (std::uint64_t done = 0; done < page_.size;) {
            const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(space.size(), page_.size - done));
            source_(page_.offset + done, space.data(), count);
            pipeline->write(space.data(), count);
            done += count;
        }
        pipeline->finish();
    }

private:
    const PdfSource &source_;
    const PdfPage page_;
};

QPDFObjectHandle nameOf(const char *name)
{
    return QPDFObjectHandle::newName(name);
}

QPDFObjectHandle pictureOf(QPDF &document, const PdfSource &source, const PdfPage &page)
{
    auto picture = QPDFObjectHandle::newStream(&document);
    auto facts = picture.getDict();
    facts.replaceKey("/Type", nameOf("/XObject"));
    facts.replaceKey("/Subtype", nameOf("/Image"));
    facts.replaceKey("/Width", QPDFObjectHandle::newInteger(page.width));
    facts.replaceKey("/Height", QPDFObjectHandle::newInteger(page.height));
    facts.replaceKey("/BitsPerComponent", QPDFObjectHandle::newInteger(page.depth));
    facts.replaceKey("/ColorSpace", nameOf(page.channels == 3 ? "/DeviceRGB" : "/DeviceGray"));
    if (page.depth == 1) // 1 is black
        facts.replaceKey("/Decode", QPDFObjectHandle::parse("[1 0]"));
    picture.replaceStreamData(std::make_shared<StoredStream>(source, page),
                              nameOf(page.jpeg ? "/DCTDecode" : "/FlateDecode"), QPDFObjectHandle::newNull());
    return document.makeIndirectObject(picture);
}

void addPage(QPDF &document, const PdfSource &source, const PdfPage &page)
{
    const auto size = [](std::uint32_t pixels, double dpi) {
        return QPDFObjectHandle::newReal(pixels * points_per_inch / (dpi > 0 ? dpi : unknown_dpi), 4);
    };
    auto width = size(page.width, page.dpi_x);
    auto height = size(page.height, page.dpi_y);
    auto pictures = QPDFObjectHandle::newDictionary();
    pictures.replaceKey("/Page", pictureOf(document, source, page));
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

} // namespace

void writePdf(std::FILE *stream, const std::vector<PdfPage> &pages, const PdfSource &source)
{
    QPDF document;
    document.emptyPDF();
    auto about = QPDFObjectHandle::newDictionary();
    about.replaceKey("/Producer", QPDFObjectHandle::newUnicodeString("netsane " NETSANE_VERSION));
    document.getTrailer().replaceKey("/Info", document.makeIndirectObject(about));
    for (const auto &page : pages)
        addPage(document, source, page);
    QPDFWriter writer(document);
    writer.setOutputFile("PDF", stream, false);
    writer.setDecodeLevel(qpdf_dl_none); // pages are encoded once
    writer.write();
}

} // namespace netsane
