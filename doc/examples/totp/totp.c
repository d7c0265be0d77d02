#include "totp.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

int totp_code(const unsigned char *secret, size_t secret_size, uint64_t step, unsigned digits,
              char code[TOTP_MAX_DIGITS + 1])
{
    unsigned char counter[8];
    unsigned char digest[EVP_MAX_MD_SIZE] = {0};
    unsigned digest_size = 0;
    unsigned i;

    if (digits < TOTP_MIN_DIGITS || digits > TOTP_MAX_DIGITS || secret_size > TOTP_MAX_SECRET_BYTES)
        return -1;
    for (i = 0; i < sizeof counter; ++i)
        counter[i] = (unsigned char)(step >> (56 - 8 * i));
    if (HMAC(EVP_sha1(), secret, (int)secret_size, counter, sizeof counter, digest, &digest_size) == NULL ||
        digest_size != 20)
        return -1;

    /* RFC 4226, 5.3: four bytes from a place that the last one names */
    const unsigned char *const at = digest + (digest[19] & 0x0fU);
    uint32_t number = (uint32_t)(at[0] & 0x7fU) << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    code[digits] = '\0';
    for (i = digits; i-- != 0; number /= 10)
        code[i] = (char)('0' + number % 10);
    OPENSSL_cleanse(digest, sizeof digest);
    return 0;
}

/* The value of a Base32 character, or -1. */
static int base32_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a';
    if (c >= '2' && c <= '7')
        return c - '2' + 26;
    return -1;
}

size_t totp_decode_secret(const char *text, size_t text_size, unsigned char secret[TOTP_MAX_SECRET_BYTES])
{
    uint32_t bits = 0;
    unsigned bit_count = 0;
    size_t size = 0;
    size_t padding = 0;
    size_t i;

    while (padding < 6 && padding < text_size && text[text_size - 1 - padding] == '=')
        ++padding;
    if (padding != 0 && text_size % 8 != 0)
        return 0;
    for (i = 0; i < text_size - padding; ++i) {
        const int value = base32_value(text[i]);
        if (value < 0)
            return 0;
        bits = (bits << 5 | (uint32_t)value) & 0xfffU;
        bit_count += 5;
        if (bit_count < 8)
            continue;
        if (size == TOTP_MAX_SECRET_BYTES)
            return 0;
        bit_count -= 8;
        secret[size++] = (unsigned char)(bits >> bit_count);
    }
    /* a last character that adds no byte is a typing error */
    return bit_count < 5 && size >= TOTP_MIN_SECRET_BYTES ? size : 0;
}
