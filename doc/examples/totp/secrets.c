#include "secrets.h"

#include <string.h>

/* 0 if the line can't be understood. */
static int read_line(const netsane_host_v1 *host, const char *line, size_t size, const char *user,
                     struct lookup *lookup)
{
    const char *const colon = memchr(line, ':', size);
    const size_t name_size = colon != NULL ? (size_t)(colon - line) : 0;
    if (size == 0 || line[0] == '#')
        return 1;
    if (name_size == 0)
        return 0;
    const int same = name_size == strlen(user) && host->equal(host->host, line, user, name_size) == 1;
    struct secret *const into = same ? &lookup->found : &lookup->other;
    lookup->count += same ? 1 : 0;
    into->size = totp_decode_secret(colon + 1, size - name_size - 1, into->bytes);
    return into->size != 0;
}

void find_secret(const netsane_host_v1 *host, const char *text, size_t size, const char *user, struct lookup *lookup)
{
    size_t number = 0;
    memset(lookup, 0, sizeof *lookup);
    while (size != 0) {
        const char *const end = memchr(text, '\n', size);
        const size_t line_size = end != NULL ? (size_t)(end - text) : size;
        const size_t used = end != NULL ? line_size + 1 : line_size;
        ++number;
        if (!read_line(host, text, line_size, user, lookup) && lookup->line == 0)
            lookup->line = number;
        text += used;
        size -= used;
    }
}
