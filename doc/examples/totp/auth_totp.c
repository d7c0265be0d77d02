/*
 * The NETSANE auth method "totp": a one-time code after RFC 6238 as login.
 *
 *     PASS_REQ   INT      how many digits a code has, 6 to 8
 *     PASS_RPLY  string   the code
 *
 * Server, section [auth_totp] of netsaned.conf:
 *
 *     file = "/etc/netsane/totp"   lines USER:SECRET, see secrets.h
 *     digits = 6                   6 to 8
 *     window = 1                   how many steps of 30 s a clock may be off, 0 to 10
 *
 * A code is good once: of each user the step of the last good code is kept, in
 * the memory of this process. So the method must not be flagged BLOCKING, as
 * then each login has a process of its own.
 */
#include "secrets.h"
#include "totp.h"

#include <netsane/plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define METHOD_ID (NETSANE_ID_SITE + 0x100u)
#define DECOY_BYTES 20
#define MAX_WINDOW 10

/* ---- the method ---------------------------------------------------------- */

/* In locked memory, one block for all logins: no two calls overlap. */
struct scratch {
    struct secret decoy; /* for users that don't exist; made up in init */
    struct lookup lookup;
    char code[TOTP_MAX_DIGITS + 1];
};

/* The last good code of a user. */
struct used {
    char *user;
    uint64_t step;
};

struct method {
    const netsane_host_v1 *host;
    unsigned digits;
    unsigned window;
    struct scratch *scratch; /* NULL if this host is a client */
    struct used *used;       /* only users of the file get here, so it stays small */
    size_t used_count;
};

static void log_error(const netsane_host_v1 *host, const char *text)
{
    host->log(host->host, NETSANE_LOG_ERROR, text);
}

/* Reads a number of the configuration into *value, which has its default. 0, or -1 with the reason logged. */
static int read_number(const netsane_host_v1 *host, const char *key, unsigned least, unsigned most, unsigned *value)
{
    char text[80];
    unsigned number = 0;
    const char *digit = host->config(host->host, key);
    if (digit == NULL)
        return 0;
    const char *const begin = digit;
    while (*digit >= '0' && *digit <= '9' && digit - begin < 4)
        number = number * 10 + (unsigned)(*digit++ - '0');
    if (digit == begin || *digit != '\0' || number < least || number > most) {
        snprintf(text, sizeof text, "%s must be a number from %u to %u", key, least, most);
        log_error(host, text);
        return -1;
    }
    *value = number;
    return 0;
}

/* Looks a user up in the file, into the scratch memory. 0, or -1 with the reason logged. */
static int look_up(struct method *method, const char *user)
{
    const netsane_host_v1 *const host = method->host;
    struct lookup *const lookup = &method->scratch->lookup;
    char text[80];
    const void *data = NULL;
    size_t size = 0;
    if (host->open_file(host->host, "file", NETSANE_FILE_SECRET, &data, &size) != 0)
        return -1; /* the host has logged why */
    find_secret(host, data, size, user, lookup);
    host->close_file(host->host, data);
    if (lookup->line == 0 && lookup->count <= 1)
        return 0;
    if (lookup->line != 0) /* quotes nothing: it may be a secret */
        snprintf(text, sizeof text, "line %zu of the file is not USER:SECRET", lookup->line);
    else
        snprintf(text, sizeof text, "the file names a user more than once");
    log_error(host, text);
    return -1;
}

static void wipe_scratch(struct scratch *scratch)
{
    /* of memory that the compiler sees the end of, use explicit_bzero or OPENSSL_cleanse */
    memset(&scratch->lookup, 0, sizeof scratch->lookup);
    memset(scratch->code, 0, sizeof scratch->code);
}

static int init_server(struct method *method)
{
    const netsane_host_v1 *const host = method->host;
    if (read_number(host, "digits", TOTP_MIN_DIGITS, TOTP_MAX_DIGITS, &method->digits) != 0 ||
        read_number(host, "window", 0, MAX_WINDOW, &method->window) != 0)
        return -1;
    method->scratch = host->secure_alloc(host->host, sizeof *method->scratch);
    if (method->scratch == NULL)
        return -1;
    method->scratch->decoy.size = DECOY_BYTES;
    if (host->random(host->host, method->scratch->decoy.bytes, DECOY_BYTES) != 0)
        return -1;
    const int found = look_up(method, ""); /* nobody's name: only to see now that the file is good */
    wipe_scratch(method->scratch);
    return found;
}

static void method_fini(void *state)
{
    struct method *const method = state;
    size_t i;
    for (i = 0; i < method->used_count; ++i)
        free(method->used[i].user);
    free(method->used);
    method->host->secure_free(method->host->host, method->scratch);
    free(method);
}

static int32_t method_init(const netsane_host_v1 *host, void **state)
{
    struct method *const method = calloc(1, sizeof *method);
    if (method == NULL) {
        log_error(host, "no memory");
        return -1;
    }
    method->host = host;
    method->digits = TOTP_MIN_DIGITS;
    method->window = 1;
    /* clients have no configuration and no file */
    if ((host->roles & NETSANE_ROLE_SERVER) != 0 && init_server(method) != 0) {
        method_fini(method); /* the host doesn't call it after a failure */
        return -1;
    }
    *state = method;
    return 0;
}

/* ---- server -------------------------------------------------------------- */

/* One login. */
struct server {
    struct method *method;
    void *exchange; /* the host's handle, for set_reason */
    char *user;
    int asked;
    unsigned char digits[4];
    netsane_field request;
};

static uint32_t refuse(struct server *server, uint32_t verdict, const char *reason)
{
    server->method->host->set_reason(server->exchange, reason);
    return verdict;
}

static uint32_t server_start(void *state, const netsane_auth_params_v1 *params, void **exchange)
{
    struct server *const server = calloc(1, sizeof *server);
    if (server == NULL)
        return NETSANE_VERDICT_INTERNAL;
    server->method = state;
    server->exchange = params->exchange;
    server->user = strdup(params->user); /* params end with this call */
    if (server->user == NULL) {
        free(server);
        return NETSANE_VERDICT_INTERNAL;
    }
    *exchange = server;
    return NETSANE_VERDICT_CONTINUE;
}

static void server_free(void *exchange)
{
    struct server *const server = exchange;
    free(server->user);
    free(server);
}

/* PASS_REQ: the digits as an INT, most significant byte first. */
static uint32_t ask(struct server *server, netsane_auth_step_v1 *step)
{
    server->asked = 1;
    server->digits[3] = (unsigned char)server->method->digits;
    server->request.data = server->digits;
    server->request.size = sizeof server->digits;
    step->out = &server->request;
    step->out_count = 1;
    return NETSANE_VERDICT_CONTINUE;
}

/* Whether the reply is one string of so many digits. It comes from a stranger: nothing may be taken for granted. */
static int is_code(const netsane_auth_step_v1 *step, unsigned digits)
{
    unsigned i;
    if (step->in_count != 1 || step->in[0].size != digits + 1u)
        return 0;
    const char *const text = step->in[0].data;
    for (i = 0; i < digits; ++i)
        if (text[i] < '0' || text[i] > '9')
            return 0;
    return text[digits] == '\0';
}

/* Compares with the code of every step in the window, and stops at none. 1 and *matched if one is the same; 0; -1. */
static int compare(struct method *method, const struct secret *secret, const char *code, uint64_t *matched)
{
    const netsane_host_v1 *const host = method->host;
    const int64_t now = host->wall_seconds(host->host);
    int any = 0;
    uint64_t step;
    if (now < (int64_t)(MAX_WINDOW * TOTP_STEP_SECONDS))
        return -1; /* the clock can't be read, or was never set */
    const uint64_t middle = (uint64_t)now / TOTP_STEP_SECONDS;
    for (step = middle - method->window; step <= middle + method->window; ++step) {
        if (totp_code(secret->bytes, secret->size, step, method->digits, method->scratch->code) != 0)
            return -1;
        const int same = host->equal(host->host, method->scratch->code, code, method->digits) == 1;
        any |= same;
        *matched = same ? step : *matched;
    }
    return any;
}

/* Notes that a user's code of this step was good. 1, or 0 if it or a later one was before, or -1. */
static int use_up(struct method *method, const char *user, uint64_t step)
{
    size_t i;
    for (i = 0; i < method->used_count; ++i) {
        struct used *const used = &method->used[i];
        if (strcmp(used->user, user) != 0)
            continue;
        if (step <= used->step)
            return 0;
        used->step = step;
        return 1;
    }
    struct used *const more = realloc(method->used, (method->used_count + 1) * sizeof *more);
    if (more == NULL)
        return -1;
    method->used = more;
    more[method->used_count].user = strdup(user);
    more[method->used_count].step = step;
    if (more[method->used_count].user == NULL)
        return -1;
    ++method->used_count;
    return 1;
}

static uint32_t check(struct server *server, const char *code)
{
    struct method *const method = server->method;
    struct lookup *const lookup = &method->scratch->lookup;
    uint64_t matched = 0;
    if (look_up(method, server->user) != 0) {
        wipe_scratch(method->scratch);
        return refuse(server, NETSANE_VERDICT_INTERNAL, "the file of secrets can't be used");
    }
    /* a user who doesn't exist has a secret too, so that the answer takes as long */
    const int known = lookup->count == 1;
    const int same = compare(method, known ? &lookup->found : &method->scratch->decoy, code, &matched);
    wipe_scratch(method->scratch);
    if (same < 0)
        return refuse(server, NETSANE_VERDICT_INTERNAL, "no code can be computed");
    if (!known)
        return refuse(server, NETSANE_VERDICT_FAIL, "unknown user");
    if (same == 0)
        return refuse(server, NETSANE_VERDICT_FAIL, "wrong code");
    switch (use_up(method, server->user, matched)) {
    case 1:
        return NETSANE_VERDICT_OK;
    case 0:
        return refuse(server, NETSANE_VERDICT_FAIL, "the code was used before");
    default:
        return refuse(server, NETSANE_VERDICT_INTERNAL, "no memory");
    }
}

static uint32_t server_step(void *exchange, netsane_auth_step_v1 *step)
{
    struct server *const server = exchange;
    if (!server->asked)
        return ask(server, step);
    if (!is_code(step, server->method->digits))
        return refuse(server, NETSANE_VERDICT_FAIL, "the reply is not a code");
    return check(server, step->in[0].data);
}

/* ---- client -------------------------------------------------------------- */

/* One login, in locked memory. */
struct client {
    const netsane_host_v1 *host;
    void *exchange;
    netsane_field reply;
    char answer[64];
};

static uint32_t client_start(void *state, const netsane_auth_params_v1 *params, void **exchange)
{
    const struct method *const method = state;
    struct client *const client = method->host->secure_alloc(method->host->host, sizeof *client);
    if (client == NULL)
        return NETSANE_VERDICT_INTERNAL;
    client->host = method->host;
    client->exchange = params->exchange;
    *exchange = client;
    return NETSANE_VERDICT_CONTINUE;
}

static void client_free(void *exchange)
{
    struct client *const client = exchange;
    client->host->secure_free(client->host->host, client); /* wipes it */
}

static uint32_t decline(struct client *client, const char *reason)
{
    client->host->set_reason(client->exchange, reason);
    return NETSANE_VERDICT_FAIL;
}

/* The digits that the server asks for, or 0. Fields behind the first are of versions to come. */
static unsigned asked_digits(const netsane_auth_step_v1 *step)
{
    if (step->in_count < 1 || step->in[0].size != 4)
        return 0;
    const unsigned char *const bytes = step->in[0].data;
    if (bytes[0] != 0 || bytes[1] != 0 || bytes[2] != 0)
        return 0;
    return bytes[3] >= TOTP_MIN_DIGITS && bytes[3] <= TOTP_MAX_DIGITS ? bytes[3] : 0;
}

/* Programs show codes as "123 456". */
static void drop_spaces(char *text)
{
    char *to = text;
    for (; *text != '\0'; ++text)
        if (*text != ' ')
            *to++ = *text;
    *to = '\0';
}

static uint32_t client_step(void *exchange, netsane_auth_step_v1 *step)
{
    struct client *const client = exchange;
    const unsigned digits = asked_digits(step);
    char question[40];
    if (digits == 0)
        return decline(client, "the server's request is not understood");
    snprintf(question, sizeof question, "One-time code (%u digits): ", digits);
    /* HIDDEN, though a code may be seen: it is the one question that SANE's frontends can answer, as the password */
    if (client->host->prompt(client->exchange, NETSANE_PROMPT_HIDDEN, question, client->answer,
                             sizeof client->answer) != 0)
        return decline(client, "no code was given");
    drop_spaces(client->answer);
    if (strlen(client->answer) != digits)
        return decline(client, "what was given is not a code of the server's length");
    client->reply.data = client->answer;
    client->reply.size = digits + 1u;
    step->out = &client->reply;
    step->out_count = 1;
    return NETSANE_VERDICT_OK;
}

/* ---- the descriptor ------------------------------------------------------ */

static const netsane_auth_ops_v1 server_operations = {
    .struct_size = sizeof server_operations,
    .start = server_start,
    .step = server_step,
    .cancel = NULL, /* no step leaves anything under way */
    .free = server_free,
};

static const netsane_auth_ops_v1 client_operations = {
    .struct_size = sizeof client_operations,
    .start = client_start,
    .step = client_step,
    .cancel = NULL,
    .free = client_free,
};

static const netsane_plugin_v1 plugin = {
    .struct_size = sizeof plugin,
    .kind = NETSANE_KIND_AUTH,
    .method_id = METHOD_ID,
    /* who sees a code can use it, until it has been used or the window is over */
    .flags = NETSANE_FLAG_NEEDS_CONFIDENTIALITY,
    .name = "totp",
    .version = PACKAGE_VERSION,
    .init = method_init,
    .fini = method_fini,
    .auth_server = &server_operations,
    .auth_client = &client_operations,
};

NETSANE_PLUGIN_ENTRY(auth_totp)
{
    (void)host_minor; /* nothing newer than 1.0 is used, and every host has that */
    return &plugin;
}
