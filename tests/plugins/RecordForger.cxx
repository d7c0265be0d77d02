#include "RecordForger.hxx"

#include "plugins/crypt/tls/Openssl.hxx"

#include <openssl/hmac.h>
#include <stdexcept>
#include <utility>

namespace netsane {

namespace {

constexpr size_t hash_bytes = 32; // SHA-256
constexpr size_t key_bytes = 16;
constexpr size_t iv_bytes = 12;
constexpr size_t tag_bytes = 16;

using UniqueCipher = std::unique_ptr<EVP_CIPHER_CTX, Releaser<EVP_CIPHER_CTX_free>>;

void require(bool done)
{
    if (!done)
        throw std::runtime_error("OpenSSL: a forged record");
}

template<class Text>
auto *bytesOf(Text &text)
{
    using Byte = std::conditional_t<std::is_const_v<Text>, const unsigned char, unsigned char>;
    return reinterpret_cast<Byte *>(text.data());
}

} // namespace

RecordForger::RecordForger(std::string secret) : secret_(std::move(secret))
{
    if (secret_.size() != hash_bytes)
        throw std::runtime_error("not the secret of TLS_AES_128_GCM_SHA256");
    setKeys();
}

// HKDF-Expand-Label with an empty context; one block of the hash is enough for all that is asked.
std::string RecordForger::expand(std::string_view label, uint8_t size) const
{
    const std::string name = "tls13 " + std::string(label);
    const std::string info = std::string(1, '\0') + static_cast<char>(size) + static_cast<char>(name.size()) + name +
                             std::string(1, '\0') + '\x01';
    std::string out(hash_bytes, '\0');
    unsigned out_size = 0;
    require(HMAC(EVP_sha256(), secret_.data(), static_cast<int>(secret_.size()), bytesOf(info), info.size(),
                 bytesOf(out), &out_size) != nullptr);
    out.resize(size);
    return out;
}

void RecordForger::setKeys()
{
    key_ = expand("key", key_bytes);
    iv_ = expand("iv", iv_bytes);
    sequence_ = 0;
}

void RecordForger::updateKeys()
{
    secret_ = expand("traffic upd", hash_bytes);
    setKeys();
}

std::string RecordForger::keyUpdateMessage(bool requested)
{
    return std::string("\x18\0\0\x01", 4) + static_cast<char>(requested ? 1 : 0);
}

std::vector<std::byte> RecordForger::keyUpdate(bool requested)
{
    auto bytes = record(handshake, keyUpdateMessage(requested));
    updateKeys();
    return bytes;
}

std::vector<std::byte> RecordForger::record(Type type, std::string_view content, size_t padding)
{
    const std::string inner = std::string(content) + static_cast<char>(type) + std::string(padding, '\0');
    const size_t size = inner.size() + tag_bytes;
    const std::string header = std::string("\x17\x03\x03", 3) + static_cast<char>(size >> 8U) + static_cast<char>(size);
    std::string nonce = iv_;
    for (size_t i = 0; i < sizeof sequence_; ++i)
        nonce[iv_bytes - 1 - i] = static_cast<char>(nonce[iv_bytes - 1 - i] ^ static_cast<char>(sequence_ >> (8 * i)));
    ++sequence_;
    std::string out(inner.size(), '\0');
    std::string tag(tag_bytes, '\0');
    int count = 0;
    const UniqueCipher cipher(EVP_CIPHER_CTX_new());
    require(EVP_EncryptInit_ex(cipher.get(), EVP_aes_128_gcm(), nullptr, bytesOf(key_), bytesOf(nonce)) == 1);
    require(EVP_EncryptUpdate(cipher.get(), nullptr, &count, bytesOf(header), static_cast<int>(header.size())) == 1);
    require(EVP_EncryptUpdate(cipher.get(), bytesOf(out), &count, bytesOf(inner), static_cast<int>(inner.size())) == 1);
    require(EVP_EncryptFinal_ex(cipher.get(), bytesOf(out), &count) == 1);
    require(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, tag_bytes, tag.data()) == 1);
    const std::string all = header + out + tag;
    const auto bytes = std::as_bytes(std::span(all));
    return {bytes.begin(), bytes.end()};
}

} // namespace netsane
