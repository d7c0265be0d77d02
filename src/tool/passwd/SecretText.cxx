#include "tool/passwd/SecretText.hxx"

#include <algorithm>
#include <cassert>
#include <stdexcept>

namespace netsane {

std::span<char> SecretText::room() noexcept
{
    auto *const begin = reinterpret_cast<char *>(bytes_.data());
    return {begin + size_, bytes_.size() - 1 - size_};
}

void SecretText::append(std::string_view text)
{
    if (text.size() > room().size())
        throw std::length_error("a secret is too long");
    std::ranges::copy(text, room().begin());
    size_ += text.size();
}

void SecretText::dropLast() noexcept
{
    assert(size_ > 0);
    bytes_.data()[--size_] = std::byte{0};
}

} // namespace netsane
