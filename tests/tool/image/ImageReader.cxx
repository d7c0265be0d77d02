#include "tests/tool/image/ImageReader.hxx"

#include <bit>
#include <cmath>
#include <jpeglib.h>
#include <memory>
#include <png.h>
#include <stdexcept>
#include <tiffio.h>

namespace netsane {

ReadPage readPng(std::FILE *stream)
{
    std::rewind(stream);
    auto *png = png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
    auto *info = png_create_info_struct(png);
    png_init_io(png, stream);
    int transforms = PNG_TRANSFORM_IDENTITY;
    if (std::endian::native == std::endian::little)
        transforms |= PNG_TRANSFORM_SWAP_ENDIAN;
    png_read_png(png, info, transforms, nullptr);
    ReadPage page;
    page.layout = {png_get_image_width(png, info),
                   png_get_image_height(png, info),
                   png_get_channels(png, info),
                   png_get_bit_depth(png, info),
                   std::round(png_get_x_pixels_per_meter(png, info) * 0.0254),
                   std::round(png_get_y_pixels_per_meter(png, info) * 0.0254)};
    for (std::uint32_t y = 0; y < page.layout.height; ++y) {
        const auto *const row = png_get_rows(png, info)[y];
        page.bytes.insert(page.bytes.end(), row, row + page.layout.rowBytes());
    }
    if (page.layout.depth == 1) // in PNG 0 is black
        for (std::size_t i = 0; i < page.bytes.size(); ++i) {
            const auto used = page.layout.width % 8;
            const bool is_last = i % page.layout.rowBytes() + 1 == page.layout.rowBytes();
            const auto mask = is_last && used != 0 ? 0xff00U >> used : 0xffU;
            page.bytes[i] = static_cast<unsigned char>(~page.bytes[i] & mask);
        }
    png_destroy_read_struct(&png, &info, nullptr);
    return page;
}

std::vector<ReadPage> readTiff(const char *path)
{
    const std::unique_ptr<TIFF, void (*)(TIFF *)> tiff(TIFFOpen(path, "r"), TIFFClose);
    if (!tiff)
        throw std::runtime_error("no TIFF file");
    std::vector<ReadPage> pages;
    do {
        ReadPage page;
        std::uint16_t channels = 0;
        std::uint16_t depth = 0;
        float dpi_x = 0;
        float dpi_y = 0;
        TIFFGetField(tiff.get(), TIFFTAG_IMAGEWIDTH, &page.layout.width);
        TIFFGetField(tiff.get(), TIFFTAG_IMAGELENGTH, &page.layout.height);
        TIFFGetField(tiff.get(), TIFFTAG_SAMPLESPERPIXEL, &channels);
        TIFFGetField(tiff.get(), TIFFTAG_BITSPERSAMPLE, &depth);
        TIFFGetField(tiff.get(), TIFFTAG_XRESOLUTION, &dpi_x);
        TIFFGetField(tiff.get(), TIFFTAG_YRESOLUTION, &dpi_y);
        page.layout.channels = channels;
        page.layout.depth = depth;
        page.layout.dpi_x = dpi_x;
        page.layout.dpi_y = dpi_y;
        const auto row_bytes = page.layout.rowBytes();
        page.bytes.resize(row_bytes * page.layout.height);
        for (std::uint32_t y = 0; y < page.layout.height; ++y)
            if (TIFFReadScanline(tiff.get(), page.bytes.data() + y * row_bytes, y, 0) < 0)
                throw std::runtime_error("a row can't be read");
        pages.push_back(std::move(page));
    } while (TIFFReadDirectory(tiff.get()));
    return pages;
}

ReadPage readJpeg(std::FILE *stream)
{
    std::rewind(stream);
    jpeg_error_mgr errors{};
    jpeg_decompress_struct jpeg{};
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_decompress(&jpeg);
    jpeg_stdio_src(&jpeg, stream);
    jpeg_read_header(&jpeg, TRUE);
    jpeg_start_decompress(&jpeg);
    ReadPage page;
    page.layout = {jpeg.output_width,
                   jpeg.output_height,
                   static_cast<unsigned>(jpeg.output_components),
                   8,
                   static_cast<double>(jpeg.X_density),
                   static_cast<double>(jpeg.Y_density)};
    page.bytes.resize(page.layout.rowBytes() * page.layout.height);
    while (jpeg.output_scanline < jpeg.output_height) {
        auto *row = page.bytes.data() + jpeg.output_scanline * page.layout.rowBytes();
        jpeg_read_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_decompress(&jpeg);
    jpeg_destroy_decompress(&jpeg);
    return page;
}

} // namespace netsane
