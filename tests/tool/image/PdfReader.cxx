#include "tests/tool/image/PdfReader.hxx"

#define POINTERHOLDER_TRANSITION 4
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFObjectHandle.hh>
#include <qpdf/QPDFPageDocumentHelper.hh>
#include <qpdf/QPDFPageObjectHelper.hh>
#include <stdexcept>

namespace netsane {

std::vector<PdfPicture> readPdf(const char *path)
{
    QPDF document;
    document.processFile(path);
    std::vector<PdfPicture> pages;
    for (auto &page : QPDFPageDocumentHelper(document).getAllPages()) {
        auto picture = page.getImages().begin()->second;
        auto facts = picture.getDict();
        PdfPicture read;
        read.width = facts.getKey("/Width").getUIntValueAsUInt();
        read.height = facts.getKey("/Height").getUIntValueAsUInt();
        read.box_width = page.getMediaBox().getArrayAsRectangle().urx;
        read.filter = facts.getKey("/Filter").getName();
        if (read.filter == "/FlateDecode") {
            const auto data = picture.getStreamData();
            read.data.assign(data->getBuffer(), data->getBuffer() + data->getSize());
        }
        pages.push_back(read);
    }
    if (!document.getWarnings().empty())
        throw std::runtime_error("qpdf warns of the file");
    return pages;
}

} // namespace netsane
