#include "wire/FrameEncoder.hxx"

#include "util/ByteOrder.hxx"

#include <cassert>
#include <cstring>
#include <utility>

namespace netsane {

FrameEncoder::FrameEncoder(ByteBuffer &out, std::uint32_t command) : out_(out), start_(out.size())
{
    integer(command);
}

FrameEncoder::FrameEncoder(FrameEncoder &&other) noexcept
    : out_(other.out_), start_(other.start_), ended_(std::exchange(other.ended_, true))
{
}

FrameEncoder::~FrameEncoder()
{
    if (!ended_)
        out_.truncate(start_);
}

std::span<std::byte> FrameEncoder::reserve(std::size_t size_bytes)
{
    assert(!ended_ && size_bytes != 0 && size_bytes <= UINT32_MAX);
    const auto room = out_.prepare(4 + size_bytes);
    storeBigEndian32(room.data(), static_cast<std::uint32_t>(size_bytes));
    out_.commit(4 + size_bytes);
    return room.subspan(4, size_bytes);
}

FrameEncoder &FrameEncoder::integer(std::uint32_t value)
{
    storeBigEndian32(reserve(4).data(), value);
    return *this;
}

FrameEncoder &FrameEncoder::string(std::string_view value)
{
    value = value.substr(0, value.find('\0'));
    const auto field = reserve(value.size() + 1);
    if (!value.empty())
        std::memcpy(field.data(), value.data(), value.size());
    field.back() = std::byte{0};
    return *this;
}

FrameEncoder &FrameEncoder::opaque(std::span<const std::byte> value)
{
    if (!value.empty())
        std::memcpy(reserve(value.size()).data(), value.data(), value.size());
    return *this;
}

FrameEncoder &FrameEncoder::list(std::span<const std::uint32_t> values)
{
    if (!values.empty()) {
        const auto field = reserve(values.size() * 4);
        for (std::size_t i = 0; i < values.size(); ++i)
            storeBigEndian32(field.data() + i * 4, values[i]);
    }
    return *this;
}

void FrameEncoder::end()
{
    assert(!ended_);
    storeBigEndian32(out_.prepare(4).data(), 0);
    out_.commit(4);
    ended_ = true;
}

} // namespace netsane
