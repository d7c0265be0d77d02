#include "tool/image/Writers.hxx"

#include "os/Error.hxx"
#include "os/UniqueFd.hxx"

#include <array>
#include <cstdarg>
#include <cstring>
#include <fcntl.h>
#include <stdexcept>
#include <string>
#include <sys/stat.h>
#include <tiffio.h>
#include <unistd.h>
#include <vector>

namespace netsane {

namespace {

// libtiff's handlers belong to the process: one writer works at a time here.
thread_local std::string last_error;

[[gnu::format(printf, 2, 0)]] void noteError(const char *module, const char *format, va_list arguments)
{
    std::array<char, 300> text{};
    std::vsnprintf(text.data(), text.size(), format, arguments);
    last_error = (module ? std::string(module) + ": " : "") + text.data();
}

struct TiffCloser {
    void operator()(TIFF *tiff) const noexcept { TIFFClose(tiff); }
};

class TiffWriter : public PageWriter {
public:
    explicit TiffWriter(std::FILE *stream) : fd_(::fileno(stream))
    {
        TIFFSetErrorHandler(noteError);
        TIFFSetWarningHandler(nullptr);
        UniqueFd own(::fcntl(fd_, F_DUPFD_CLOEXEC, 0));
        if (!own)
            throwErrno("duplicate a descriptor");
        last_error.clear();
        tiff_.reset(TIFFFdOpen(own.get(), "TIFF", "w"));
        if (!tiff_)
            fail("begin a TIFF file");
        static_cast<void>(own.release());
    }

    void beginPage(const PageLayout &layout) override
    {
        row_ = 0;
        buffer_.resize(layout.rowBytes());
        set(TIFFTAG_IMAGEWIDTH, layout.width);
        set(TIFFTAG_IMAGELENGTH, layout.height);
        set(TIFFTAG_SAMPLESPERPIXEL, layout.channels);
        set(TIFFTAG_BITSPERSAMPLE, layout.depth);
        set(TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
        set(TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
        set(TIFFTAG_PHOTOMETRIC, layout.depth == 1      ? PHOTOMETRIC_MINISWHITE
                                 : layout.channels == 3 ? PHOTOMETRIC_RGB
                                                        : PHOTOMETRIC_MINISBLACK);
        compress(layout);
        set(TIFFTAG_ROWSPERSTRIP, TIFFDefaultStripSize(tiff_.get(), 0));
        set(TIFFTAG_SUBFILETYPE, FILETYPE_PAGE);
        if (layout.dpi_x > 0 && layout.dpi_y > 0) {
            set(TIFFTAG_XRESOLUTION, layout.dpi_x);
            set(TIFFTAG_YRESOLUTION, layout.dpi_y);
            set(TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);
        }
        TIFFSetField(tiff_.get(), TIFFTAG_SOFTWARE, "netsane " NETSANE_VERSION);
    }

    void writeRow(std::span<const std::byte> row) override
    {
        std::memcpy(buffer_.data(), row.data(), buffer_.size()); // the encoders change what they are given
        if (TIFFWriteScanline(tiff_.get(), buffer_.data(), row_++, 0) < 0)
            fail("write a row");
    }

    void endPage() override
    {
        if (TIFFWriteDirectory(tiff_.get()) == 0)
            fail("write a page");
        whole_bytes_ = sizeOf(fd_);
        ++whole_pages_;
    }

    // libtiff writes what it has of a page when it closes. The pages before it are a file of their own.
    void dropPage() override
    {
        const UniqueFd nowhere(::open("/dev/null", O_RDWR | O_CLOEXEC));
        if (!nowhere || ::dup3(nowhere.get(), ::TIFFFileno(tiff_.get()), O_CLOEXEC) < 0)
            throwErrno("drop a page");
        tiff_.reset();
        if (::ftruncate(fd_, whole_bytes_) != 0)
            throwErrno("drop a page");
        endChain();
    }

    void finish() override
    {
        if (!tiff_)
            return;
        if (TIFFFlush(tiff_.get()) == 0)
            fail("end the file");
        tiff_.reset();
    }

private:
    template<typename Value>
    void set(std::uint32_t tag, Value value)
    {
        if (TIFFSetField(tiff_.get(), tag, value) == 0)
            fail("set a tag");
    }

    void compress(const PageLayout &layout)
    {
        const int wanted = layout.depth == 1 ? COMPRESSION_CCITTFAX4 : COMPRESSION_ADOBE_DEFLATE;
        if (!TIFFIsCODECConfigured(static_cast<std::uint16_t>(wanted)))
            return;
        set(TIFFTAG_COMPRESSION, wanted);
        if (layout.depth != 1)
            set(TIFFTAG_PREDICTOR, PREDICTOR_HORIZONTAL);
    }

    [[noreturn]] static void fail(const char *doing)
    {
        throw std::runtime_error(std::string("can't ") + doing + (last_error.empty() ? "" : ": " + last_error));
    }

    static off_t sizeOf(int fd)
    {
        struct stat status {};
        if (::fstat(fd, &status) != 0)
            throwErrno("write a page");
        return status.st_size;
    }

    // The last whole page may point to a next one already: it is linked before it is written. The file is in the order
    // of bytes of this machine: at 4, and behind the entries of each directory, there is where the next one is.
    void endChain()
    {
        constexpr off_t first_link = 4;
        constexpr off_t entry_bytes = 12;
        off_t link = first_link;
        for (unsigned page = 0; page < whole_pages_; ++page) {
            const auto directory = static_cast<off_t>(at<std::uint32_t>(link));
            const auto entries = static_cast<off_t>(at<std::uint16_t>(directory));
            link = directory + static_cast<off_t>(sizeof(std::uint16_t)) + entries * entry_bytes;
        }
        const std::uint32_t none = 0;
        if (::pwrite(fd_, &none, sizeof none, link) != sizeof none)
            throwErrno("drop a page");
    }

    template<typename Number>
    Number at(off_t offset) const
    {
        Number number{};
        if (::pread(fd_, &number, sizeof number, offset) != sizeof number)
            throwErrno("drop a page");
        return number;
    }

    const int fd_; // the stream's
    off_t whole_bytes_ = 0;
    unsigned whole_pages_ = 0;
    std::unique_ptr<TIFF, TiffCloser> tiff_;
    std::vector<std::byte> buffer_;
    std::uint32_t row_ = 0;
};

} // namespace

std::unique_ptr<PageWriter> makeTiffWriter(std::FILE *stream, const EncodeOptions &)
{
    return std::make_unique<TiffWriter>(stream);
}

} // namespace netsane
