#include "crypt/CryptEngine.hxx"

#include <algorithm>

namespace netsane {

namespace {

constexpr size_t max_buffered_bytes = 65536;

size_t put(std::vector<std::byte> &buffer, std::span<const std::byte> bytes)
{
    const size_t count = std::min(bytes.size(), max_buffered_bytes - buffer.size());
    buffer.insert(buffer.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count));
    return count;
}

size_t take(std::vector<std::byte> &buffer, std::span<std::byte> space)
{
    const auto count = static_cast<std::ptrdiff_t>(std::min(space.size(), buffer.size()));
    std::copy_n(buffer.begin(), count, space.begin());
    buffer.erase(buffer.begin(), buffer.begin() + count);
    return static_cast<size_t>(count);
}

} // namespace

size_t CryptStream::ClearEngine::pushWire(std::span<const std::byte> bytes)
{
    return state_ == CryptState::Open ? put(inbound_, bytes) : 0;
}

size_t CryptStream::ClearEngine::pullWire(std::span<std::byte> space)
{
    return take(outbound_, space);
}

size_t CryptStream::ClearEngine::readPlain(std::span<std::byte> space)
{
    return take(inbound_, space);
}

size_t CryptStream::ClearEngine::writePlain(std::span<const std::byte> bytes)
{
    return state_ == CryptState::Open && !shut_down_ ? put(outbound_, bytes) : 0;
}

void CryptStream::ClearEngine::endWire()
{
    if (state_ == CryptState::Open)
        state_ = CryptState::Closed;
}

void CryptStream::ClearEngine::fail(const char *reason) noexcept
{
    state_ = CryptState::Error;
    try {
        error_ = reason;
    } catch (...) { // NOLINT(bugprone-empty-catch): the state says enough
    }
    inbound_.clear();
    outbound_.clear();
}

} // namespace netsane
