#include "tool/image/LibraryJump.hxx"
#include "tool/image/Writers.hxx"

#include <bit>
#include <cmath>
#include <cstdio>
#include <png.h>

namespace netsane {

namespace {

constexpr double metres_per_inch = 0.0254;

class PngWriter : public PageWriter {
public:
    explicit PngWriter(std::FILE *stream) : stream_(stream) {}
    ~PngWriter() override { png_destroy_write_struct(&png_, &info_); }

    void beginPage(const PageLayout &layout) override
    {
        if (png_)
            throw std::runtime_error("a PNG file has one page");
        png_ = png_create_write_struct(PNG_LIBPNG_VER_STRING, &jump_, onError, onWarning);
        info_ = png_ ? png_create_info_struct(png_) : nullptr;
        if (!info_)
            throw std::bad_alloc();
        jump_.run([&] { writeHeader(layout); });
    }

    void writeRow(std::span<const std::byte> row) override
    {
        jump_.run([&] { png_write_row(png_, reinterpret_cast<png_const_bytep>(row.data())); });
    }

    void endPage() override
    {
        jump_.run([&] { png_write_end(png_, info_); });
    }

    void finish() override {}

private:
    [[noreturn]] static void onError(png_structp png, png_const_charp message)
    {
        static_cast<LibraryJump *>(png_get_error_ptr(png))->fail(message);
    }
    static void onWarning(png_structp, png_const_charp) {}

    void writeHeader(const PageLayout &layout)
    {
        // what a scanner can send is more than the million pixels that libpng takes from strangers
        png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
        png_init_io(png_, stream_);
        png_set_IHDR(png_, info_, layout.width, layout.height, static_cast<int>(layout.depth),
                     layout.channels == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
                     PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
        if (layout.dpi_x > 0 && layout.dpi_y > 0)
            png_set_pHYs(png_, info_, static_cast<png_uint_32>(std::lround(layout.dpi_x / metres_per_inch)),
                         static_cast<png_uint_32>(std::lround(layout.dpi_y / metres_per_inch)), PNG_RESOLUTION_METER);
        png_write_info(png_, info_);
        if (layout.depth == 1)
            png_set_invert_mono(png_);
        if (layout.depth == 16 && std::endian::native == std::endian::little)
            png_set_swap(png_);
    }

    std::FILE *const stream_;
    LibraryJump jump_;
    png_structp png_ = nullptr;
    png_infop info_ = nullptr;
};

} // namespace

std::unique_ptr<PageWriter> makePngWriter(std::FILE *stream, const EncodeOptions &)
{
    return std::make_unique<PngWriter>(stream);
}

} // namespace netsane
