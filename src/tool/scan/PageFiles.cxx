#include "tool/scan/PageFiles.hxx"

#include <sys/stat.h>
#include <utility>

namespace netsane {

PageFiles::PageFiles(const ImageFormat &format, const EncodeOptions &options, OutputNames names, Kind kind)
    : format_(format), options_(options), names_(std::move(names)), kind_(kind)
{
}

PageWriter &PageFiles::begin(unsigned number)
{
    if (!writer_) {
        path_ = names_.nameOf(number);
        file_.emplace(path_);
        writer_ = format_.make(file_->stream(), options_);
    }
    return *writer_;
}

void PageFiles::end(const Check &may_name)
{
    ++whole_pages_;
    if (kind_ == Kind::numbered)
        commit(may_name);
}

std::string PageFiles::keepWhole(const Check &may_name)
{
    if (kind_ != Kind::document || !writer_ || whole_pages_ == 0)
        return {};
    writer_->dropPage();
    writer_->finish();
    writer_.reset();
    file_->flush();
    may_name();
    return file_->commitIncomplete();
}

void PageFiles::finish(const Check &may_name)
{
    if (writer_ && kind_ == Kind::document)
        commit(may_name);
}

void PageFiles::discard() noexcept
{
    writer_.reset();
    file_.reset();
}

void PageFiles::commit(const Check &may_name)
{
    writer_->finish();
    writer_.reset();
    file_->flush();
    may_name();
    file_->commit();
    struct stat status {};
    if (::fstat(::fileno(file_->stream()), &status) == 0)
        bytes_ += static_cast<std::uint64_t>(status.st_size);
    ++files_;
}

} // namespace netsane
