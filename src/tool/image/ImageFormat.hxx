// The formats that `netsane scan` writes, and which of them this build has. Stateless functions.
#pragma once

#include "tool/image/PageWriter.hxx"

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

namespace netsane {

struct EncodeOptions {
    int jpeg_quality = 90; // 1 to 100
    bool lossless = false; // PDF: no JPEG within
};

struct ImageFormat {
    const char *name;    // "png"
    const char *endings; // of files' names: "tif tiff"
    bool many_pages;
    bool lossy; // whether pages become samples of 8 bits in JPEG unless asked not to
    // stream: open for reading and writing, empty; not closed. nullptr: left out of this build.
    std::unique_ptr<PageWriter> (*make)(std::FILE *stream, const EncodeOptions &options);
};

// Throw ToolError that names what there is: for a name that isn't known, and for a format that was left out of this
// build.
const ImageFormat &imageFormatNamed(std::string_view name);
const ImageFormat &imageFormatOfFile(std::string_view path);

// "png, tiff, jpeg, pdf": those of this build.
std::string imageFormatNames();

} // namespace netsane
