// One maker for each format; those of formats that were left out at configure time are not defined.
#pragma once

#include "tool/image/ImageFormat.hxx"

namespace netsane {

// libpng. One page, all depths as they are.
std::unique_ptr<PageWriter> makePngWriter(std::FILE *stream, const EncodeOptions &options);

// libtiff. All depths as they are: 1 bit in CCITT G4, others deflated.
std::unique_ptr<PageWriter> makeTiffWriter(std::FILE *stream, const EncodeOptions &options);

// libjpeg. One page; samples become 8 bits.
std::unique_ptr<PageWriter> makeJpegWriter(std::FILE *stream, const EncodeOptions &options);

// libqpdf. Samples of 16 bits become 8; gray and colour are JPEG within, unless lossless.
std::unique_ptr<PageWriter> makePdfWriter(std::FILE *stream, const EncodeOptions &options);

} // namespace netsane
