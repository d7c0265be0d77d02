// The pages of a PDF file that has a picture on each. For tests; C++17 as PdfDocument.
#pragma once

#include <string>
#include <vector>

namespace netsane {

struct PdfPicture {
    unsigned width = 0;
    unsigned height = 0;
    double box_width = 0;            // of the page, in points
    std::string filter;              // "/FlateDecode"
    std::vector<unsigned char> data; // decoded where it is deflated
};

// Throws std::exception, also for what qpdf warns of.
std::vector<PdfPicture> readPdf(const char *path);

} // namespace netsane
