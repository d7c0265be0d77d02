#include "device/ChannelWriter.hxx"

#include "os/Error.hxx"

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>
#include <sys/uio.h>

namespace netsane {

namespace {

constexpr std::size_t keep_bytes = 64 * 1024;

// The rest of a part of which the first `skip` bytes are sent; lowers skip by the part's size.
void addPart(iovec *parts, std::size_t &count, std::span<const std::byte> part, std::size_t &skip)
{
    const std::size_t done = std::min(skip, part.size());
    skip -= done;
    if (done != part.size())
        parts[count++] = {const_cast<std::byte *>(part.data() + done), part.size() - done};
}

} // namespace

void ChannelWriter::startData(std::span<const std::byte> data) noexcept
{
    header_ = readReplyHeader(static_cast<std::uint32_t>(data.size()));
    data_ = data;
    data_sent_ = 0;
}

bool ChannelWriter::flush()
{
    while (!isIdle()) {
        std::array<iovec, 4> parts;
        std::size_t count = 0;
        std::size_t nothing = 0;
        addPart(parts.data(), count, messages_.data(), nothing);
        if (!data_.empty()) {
            std::size_t skip = data_sent_;
            addPart(parts.data(), count, header_, skip);
            addPart(parts.data(), count, data_, skip);
            addPart(parts.data(), count, end_mark, skip);
        }
        msghdr message{};
        message.msg_iov = parts.data();
        message.msg_iovlen = count;
        const ssize_t sent = ::sendmsg(fd_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0)
            advance(static_cast<std::size_t>(sent));
        else if (errno == EAGAIN || errno == EWOULDBLOCK)
            return false;
        else if (errno != EINTR)
            throwErrno("send on the device channel");
    }
    return true;
}

void ChannelWriter::advance(std::size_t sent_bytes) noexcept
{
    const std::size_t from_messages = std::min(sent_bytes, messages_.size());
    messages_.consume(from_messages);
    messages_.shrinkIfEmpty(keep_bytes);
    data_sent_ += sent_bytes - from_messages;
    if (data_sent_ == header_.size() + data_.size() + end_mark.size())
        data_ = {};
}

} // namespace netsane
