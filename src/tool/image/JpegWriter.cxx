#include "tool/image/EightBits.hxx"
#include "tool/image/LibraryJump.hxx"
#include "tool/image/Writers.hxx"

#include <array>
#include <cmath>
#include <cstdio>
#include <jpeglib.h>
#include <string>

namespace netsane {

namespace {

class JpegWriter : public PageWriter {
public:
    JpegWriter(std::FILE *stream, int quality) : stream_(stream), quality_(quality)
    {
        jpeg_.err = jpeg_std_error(&errors_);
        errors_.error_exit = onError;
        errors_.emit_message = [](j_common_ptr, int) {};
        errors_.output_message = [](j_common_ptr) {};
        jpeg_.client_data = &jump_;
    }
    ~JpegWriter() override { jpeg_destroy_compress(&jpeg_); }

    void beginPage(const PageLayout &layout) override
    {
        layout_ = layout;
        if (begun_)
            throw std::runtime_error("a JPEG file has one page");
        if (layout.width > JPEG_MAX_DIMENSION || layout.height > JPEG_MAX_DIMENSION)
            throw std::runtime_error("a JPEG picture has at most " + std::to_string(JPEG_MAX_DIMENSION) +
                                     " pixels a side, and this is one of " + std::to_string(layout.width) + " x " +
                                     std::to_string(layout.height) + "; other formats take it");
        begun_ = true;
        jump_.run([this] { start(); });
    }

    void writeRow(std::span<const std::byte> row) override
    {
        const auto samples = asEightBits(layout_, row, space_);
        // libjpeg reads rows only, and declares them writable
        auto *line = reinterpret_cast<JSAMPROW>(const_cast<std::byte *>(samples.data()));
        jump_.run([&] { jpeg_write_scanlines(&jpeg_, &line, 1); });
    }

    void endPage() override
    {
        jump_.run([this] { jpeg_finish_compress(&jpeg_); });
    }

    void finish() override {}

private:
    [[noreturn]] static void onError(j_common_ptr jpeg)
    {
        std::array<char, JMSG_LENGTH_MAX> message{};
        jpeg->err->format_message(jpeg, message.data());
        static_cast<LibraryJump *>(jpeg->client_data)->fail(message.data());
    }

    void start()
    {
        jpeg_create_compress(&jpeg_);
        jpeg_stdio_dest(&jpeg_, stream_);
        jpeg_.image_width = layout_.width;
        jpeg_.image_height = layout_.height;
        jpeg_.input_components = static_cast<int>(layout_.channels);
        jpeg_.in_color_space = layout_.channels == 3 ? JCS_RGB : JCS_GRAYSCALE;
        jpeg_set_defaults(&jpeg_);
        jpeg_set_quality(&jpeg_, quality_, TRUE);
        constexpr double max_density = 65535;
        if (layout_.dpi_x > 0 && layout_.dpi_y > 0 && layout_.dpi_x <= max_density && layout_.dpi_y <= max_density) {
            jpeg_.density_unit = 1; // dots per inch
            jpeg_.X_density = static_cast<UINT16>(std::lround(layout_.dpi_x));
            jpeg_.Y_density = static_cast<UINT16>(std::lround(layout_.dpi_y));
        }
        jpeg_start_compress(&jpeg_, TRUE);
    }

    std::FILE *const stream_;
    const int quality_;
    LibraryJump jump_;
    jpeg_error_mgr errors_{};
    jpeg_compress_struct jpeg_{};
    PageLayout layout_;
    std::vector<std::byte> space_;
    bool begun_ = false;
};

} // namespace

std::unique_ptr<PageWriter> makeJpegWriter(std::FILE *stream, const EncodeOptions &options)
{
    return std::make_unique<JpegWriter>(stream, options.jpeg_quality);
}

} // namespace netsane
