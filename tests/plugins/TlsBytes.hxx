// Bytes of the tests of crypt_tls, and how they come out of a stream.

#pragma once

#include "crypt/CryptStream.hxx"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace netsane {

using Bytes = std::vector<std::byte>;

inline Bytes bytesOf(std::string_view text)
{
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

inline std::string textOf(const Bytes &bytes)
{
    return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

/// All that pull (or read) of an object gives.
template<class Take>
Bytes takeAll(Take take)
{
    Bytes all;
    Bytes space(65536);
    while (const size_t count = take(std::span(space)))
        all.insert(all.end(), space.begin(), space.begin() + static_cast<std::ptrdiff_t>(count));
    return all;
}

inline Bytes pull(CryptStream &stream)
{
    return takeAll([&](std::span<std::byte> space) { return stream.pullWire(space); });
}

inline Bytes read(CryptStream &stream)
{
    return takeAll([&](std::span<std::byte> space) { return stream.readPlain(space); });
}

} // namespace netsane
