#include "config/CidrPrefix.hxx"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <stdexcept>
#include <system_error>

namespace netsane {

namespace {

constexpr std::size_t mapped_start_bytes = 12;
constexpr unsigned mapped_bits = 96;

// ::ffff:0:0/96
bool isMapped(std::span<const std::byte> address) noexcept
{
    return address.size() == 16 &&
           std::all_of(address.begin(), address.begin() + 10, [](std::byte b) { return b == std::byte{0}; }) &&
           address[10] == std::byte{0xff} && address[11] == std::byte{0xff};
}

// The mask of length bits, its byte number index.
std::byte maskByte(std::size_t index, unsigned length) noexcept
{
    const unsigned before = static_cast<unsigned>(index) * 8;
    const unsigned bits = length <= before ? 0 : std::min(length - before, 8U);
    return static_cast<std::byte>(0xff00U >> bits & 0xffU);
}

unsigned parseLength(std::string_view digits, unsigned max)
{
    unsigned length = 0;
    const char *const end = digits.data() + digits.size();
    const auto [rest, error] = std::from_chars(digits.data(), end, length);
    if (error != std::errc() || rest != end || length > max)
        throw std::invalid_argument("the length behind / is a number from 0 to " + std::to_string(max));
    return length;
}

} // namespace

CidrPrefix CidrPrefix::parse(std::string_view text)
{
    const auto slash = text.find('/');
    const std::string host(text.substr(0, slash));
    const bool has_nul = host.find('\0') != host.npos;
    CidrPrefix result;
    if (!has_nul && ::inet_pton(AF_INET, host.c_str(), result.address_.data()) == 1)
        result.address_bytes_ = 4;
    else if (!has_nul && ::inet_pton(AF_INET6, host.c_str(), result.address_.data()) == 1)
        result.address_bytes_ = 16;
    else
        throw std::invalid_argument("no IP address and no prefix like 192.168.0.0/16 (names aren't resolved here)");
    const unsigned max = static_cast<unsigned>(result.address_bytes_) * 8;
    result.length_ = slash == text.npos ? max : parseLength(text.substr(slash + 1), max);
    if (isMapped({result.address_.data(), result.address_bytes_}) && result.length_ >= mapped_bits) {
        std::copy(result.address_.begin() + mapped_start_bytes, result.address_.end(), result.address_.begin());
        result.address_bytes_ = 4;
        result.length_ -= mapped_bits;
    }
    bool bits_behind = false;
    for (std::size_t i = 0; i < result.address_bytes_; ++i) {
        const std::byte masked = result.address_[i] & maskByte(i, result.length_);
        bits_behind = bits_behind || masked != result.address_[i];
        result.address_[i] = masked;
    }
    if (bits_behind)
        throw std::invalid_argument("bits are set behind the prefix; is " + result.toString() + " meant?");
    return result;
}

bool CidrPrefix::contains(std::span<const std::byte> address) const noexcept
{
    if (isMapped(address))
        address = address.subspan(mapped_start_bytes);
    if (address.size() != address_bytes_)
        return false;
    for (std::size_t i = 0; i < address_bytes_; ++i)
        if ((address[i] & maskByte(i, length_)) != address_[i])
            return false;
    return true;
}

std::string CidrPrefix::toString() const
{
    char text[INET6_ADDRSTRLEN];
    ::inet_ntop(address_bytes_ == 4 ? AF_INET : AF_INET6, address_.data(), text, sizeof text);
    return std::string(text) + "/" + std::to_string(length_);
}

} // namespace netsane
