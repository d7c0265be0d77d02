#include "tool/scan/PageFiles.hxx"

#include <sys/stat.h>

namespace netsane {

PageFiles::PageFiles(const ImageFormat &format, const EncodeOptions &options, OutputNames names, Kind kind)
    : format_(format), options_(options), names_(std::move(names)), kind_(kind)
{
}

PageWriter &PageFiles::begin(unsigned number)
{
    if (!writer_) {
        file_.emplace(names_.nameOf(number));
        writer_ = format_.make(file_->stream(), options_);
    }
    return *writer_;
}

void PageFiles::end()
{
    if (kind_ == Kind::numbered)
        commit();
}

void PageFiles::finish()
{
    if (writer_ && kind_ == Kind::document)
        commit();
}

void PageFiles::discard() noexcept
{
    writer_.reset();
    file_.reset();
}

void PageFiles::commit()
{
    writer_->finish();
    writer_.reset();
    file_->commit();
    struct stat status {};
    if (::fstat(::fileno(file_->stream()), &status) == 0)
        bytes_ += static_cast<std::uint64_t>(status.st_size);
    ++files_;
}

} // namespace netsane
