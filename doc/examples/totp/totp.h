/*
 * One-time codes after RFC 4226 and RFC 6238, with HMAC-SHA-1, and the way their
 * secrets are written. Knows nothing of NETSANE.
 */
#ifndef TOTP_H
#define TOTP_H

#include <stddef.h>
#include <stdint.h>

#define TOTP_STEP_SECONDS 30
#define TOTP_MIN_DIGITS 6
#define TOTP_MAX_DIGITS 8
#define TOTP_MIN_SECRET_BYTES 16 /* RFC 4226, R6 */
#define TOTP_MAX_SECRET_BYTES 64 /* a block of SHA-1: up to there the time is the same for all lengths */

/* The code of a time step as text. 0, or -1 if libcrypto can't make it. */
int totp_code(const unsigned char *secret, size_t secret_size, uint64_t step, unsigned digits,
              char code[TOTP_MAX_DIGITS + 1]);

/* Decodes Base32 (RFC 4648) as authenticator programs show it: upper or lower
 * case, with or without "=" at its end. Returns how many bytes it is, or 0 if
 * it isn't Base32 or has less or more bytes than a secret may have. */
size_t totp_decode_secret(const char *text, size_t text_size, unsigned char secret[TOTP_MAX_SECRET_BYTES]);

#endif
