/*
 * The file of secrets: lines USER:SECRET, the secret in Base32. Blank lines and
 * lines that start with # are ignored. Any other line makes the file unusable:
 * a typing error must not lock somebody out, or let in, unnoticed.
 */
#ifndef SECRETS_H
#define SECRETS_H

#include "totp.h"

#include <netsane/plugin.h>
#include <stddef.h>

struct secret {
    unsigned char bytes[TOTP_MAX_SECRET_BYTES];
    size_t size;
};

struct lookup {
    struct secret found; /* of the user, if there is one */
    struct secret other; /* of everybody else on the way */
    size_t count;        /* how many lines name the user */
    size_t line;         /* the one that can't be understood, from 1 on; else 0 */
};

/* Reads the whole of `text` and looks for `user`, with the same work for a user
 * who is there and one who isn't. `lookup` holds secrets afterwards: keep it in
 * locked memory and wipe it. */
void find_secret(const netsane_host_v1 *host, const char *text, size_t size, const char *user, struct lookup *lookup);

#endif
