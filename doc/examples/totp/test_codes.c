/* The test vectors of RFC 4226 and RFC 6238, and Base32. */
#include "totp.h"

#include <stdio.h>
#include <string.h>

static int failures;

static void expect(int right, const char *what)
{
    if (!right) {
        printf("FAIL: %s\n", what);
        ++failures;
    }
}

static const unsigned char rfc_secret[] = "12345678901234567890";

static void rfc4226_appendix_d(void)
{
    static const char *const codes[] = {"755224", "287082", "359152", "969429", "338314",
                                        "254676", "287922", "162583", "399871", "520489"};
    char code[TOTP_MAX_DIGITS + 1];
    uint64_t step;
    for (step = 0; step < 10; ++step)
        expect(totp_code(rfc_secret, 20, step, 6, code) == 0 && strcmp(code, codes[step]) == 0, codes[step]);
}

static void rfc6238_appendix_b(void)
{
    static const struct {
        uint64_t seconds;
        const char *code;
    } rows[] = {{59, "94287082"},         {1111111109, "07081804"}, {1111111111, "14050471"},
                {1234567890, "89005924"}, {2000000000, "69279037"}, {20000000000, "65353130"}};
    char code[TOTP_MAX_DIGITS + 1];
    size_t i;
    for (i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        expect(totp_code(rfc_secret, 20, rows[i].seconds / TOTP_STEP_SECONDS, 8, code) == 0 &&
                   strcmp(code, rows[i].code) == 0,
               rows[i].code);
    }
}

static void impossible_codes(void)
{
    char code[TOTP_MAX_DIGITS + 1];
    expect(totp_code(rfc_secret, 20, 1, 5, code) != 0, "5 digits");
    expect(totp_code(rfc_secret, 20, 1, 9, code) != 0, "9 digits");
    expect(totp_code(rfc_secret, TOTP_MAX_SECRET_BYTES + 1, 1, 6, code) != 0, "a secret that is too long");
}

static void base32(void)
{
    static const char whole[] = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    static const char *const bad[] = {"",
                                      "GEZDGNBVGY3TQOJQGEZDGNBV", /* 15 bytes */
                                      "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1",
                                      "GEZDGNBVGY3TQOJQ GEZDGNBVGY3TQOJQ",
                                      "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQA",
                                      "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQABCDE===A",
                                      "========",
                                      "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\r"};
    static const char byte_17[] = "GEZDGNBVGY3TQOJQGEZDGNBVGY3Q====";
    unsigned char secret[TOTP_MAX_SECRET_BYTES];
    char long_one[112];
    size_t i;
    expect(totp_decode_secret(whole, 32, secret) == 20 && memcmp(secret, rfc_secret, 20) == 0, "upper case");
    expect(totp_decode_secret("gezdgnbvgy3tqojqgezdgnbvgy3tqojq", 32, secret) == 20 &&
               memcmp(secret, rfc_secret, 20) == 0,
           "lower case");
    expect(totp_decode_secret(byte_17, 28, secret) == 17 && memcmp(secret, rfc_secret, 17) == 0, "17 bytes");
    expect(totp_decode_secret(byte_17, 32, secret) == 17 && memcmp(secret, rfc_secret, 17) == 0, "with padding");
    expect(totp_decode_secret(byte_17, 31, secret) == 0, "with too little padding");
    for (i = 0; i < sizeof bad / sizeof bad[0]; ++i)
        expect(totp_decode_secret(bad[i], strlen(bad[i]), secret) == 0, bad[i]);
    expect(totp_decode_secret("GEZDGNBV\0Y3TQOJQGEZDGNBVGY3TQOJQ", 32, secret) == 0, "a NUL");
    memset(long_one, 'A', sizeof long_one);
    expect(totp_decode_secret(long_one, 103, secret) == 64, "64 bytes");
    expect(totp_decode_secret(long_one, 104, secret) == 0, "65 bytes");
}

int main(void)
{
    rfc4226_appendix_d();
    rfc6238_appendix_b();
    impossible_codes();
    base32();
    return failures == 0 ? 0 : 1;
}
