#include "NoneStream.hxx"

#include <algorithm>

namespace netsane {

namespace {

constexpr size_t max_buffered_bytes = 65536;

size_t append(std::vector<std::byte> &buffer, std::span<const std::byte> bytes) noexcept
{
    const std::span taken = bytes.first(std::min(bytes.size(), max_buffered_bytes - buffer.size()));
    buffer.insert(buffer.end(), taken.begin(), taken.end());
    return taken.size();
}

size_t removeFront(std::vector<std::byte> &buffer, std::span<std::byte> space) noexcept
{
    const size_t count = std::min(space.size(), buffer.size());
    const auto end = buffer.begin() + static_cast<std::ptrdiff_t>(count);
    std::copy(buffer.begin(), end, space.begin());
    buffer.erase(buffer.begin(), end);
    return count;
}

} // namespace

NoneStream::NoneStream()
{
    inbound_.reserve(max_buffered_bytes);
    outbound_.reserve(max_buffered_bytes);
}

size_t NoneStream::pushWire(std::span<const std::byte> bytes) noexcept
{
    return wire_ended_ ? 0 : append(inbound_, bytes);
}

size_t NoneStream::pullWire(std::span<std::byte> space) noexcept
{
    return removeFront(outbound_, space);
}

size_t NoneStream::readPlain(std::span<std::byte> space) noexcept
{
    return removeFront(inbound_, space);
}

size_t NoneStream::writePlain(std::span<const std::byte> bytes) noexcept
{
    return shut_down_ ? 0 : append(outbound_, bytes);
}

} // namespace netsane
