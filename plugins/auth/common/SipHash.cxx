#include "SipHash.hxx"

#include <bit>

namespace netsane {

SipHash::SipHash(const Key &key) noexcept
    : state_{key.low ^ 0x736f6d6570736575U, key.high ^ 0x646f72616e646f6dU, key.low ^ 0x6c7967656e657261U,
             key.high ^ 0x7465646279746573U}
{
}

void SipHash::rounds(int count) noexcept
{
    auto &[v0, v1, v2, v3] = state_;
    for (int i = 0; i < count; ++i) {
        v0 += v1;
        v2 += v3;
        v1 = std::rotl(v1, 13) ^ v0;
        v3 = std::rotl(v3, 16) ^ v2;
        v0 = std::rotl(v0, 32);
        v2 += v1;
        v0 += v3;
        v1 = std::rotl(v1, 17) ^ v2;
        v3 = std::rotl(v3, 21) ^ v0;
        v2 = std::rotl(v2, 32);
    }
}

void SipHash::compress(uint64_t word) noexcept
{
    state_[3] ^= word;
    rounds(2);
    state_[0] ^= word;
}

void SipHash::add(std::string_view bytes) noexcept
{
    for (const char c : bytes) {
        const size_t place = size_++ % sizeof word_;
        word_ |= uint64_t{static_cast<unsigned char>(c)} << (8 * place);
        if (place + 1 == sizeof word_) {
            compress(word_);
            word_ = 0;
        }
    }
}

void SipHash::addText(std::string_view text) noexcept
{
    std::array<char, sizeof(uint64_t)> size{};
    for (size_t i = 0; i < size.size(); ++i)
        size[i] = static_cast<char>(static_cast<unsigned char>(uint64_t{text.size()} >> (8 * i)));
    add({size.data(), size.size()});
    add(text);
}

uint64_t SipHash::finish() noexcept
{
    compress(word_ | uint64_t{size_} << 56U);
    state_[2] ^= 0xff;
    rounds(4);
    return state_[0] ^ state_[1] ^ state_[2] ^ state_[3];
}

} // namespace netsane
