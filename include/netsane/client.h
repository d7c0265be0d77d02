/*
 * netsane/client.h: libnetsane, a client's connection to a NETSANE server
 *
 * The library connects, negotiates encryption, logs in, and carries messages.
 * A program writes requests with netsane_printf and reads replies with
 * netsane_scanf, with the format letters of the protocol's text (doc/protocol.md):
 *
 *     int32_t command, status;
 *     const char *name, *vendor, *model, *type;
 *
 *     netsane_printf(conn, "%d\n", NETSANE_CMD_GDEV);
 *     netsane_scanf(conn, "%d %d", &command, &status);
 *     while (netsane_scanf(conn, "%s", &name) == 1 && *name)
 *         netsane_scanf(conn, "%s %s %s", &vendor, &model, &type);
 *     netsane_scanf(conn, "\n");
 *
 * Events (HELO, USER, PASS_REQ, CRPT_REQ, WELC) are handled inside and never
 * seen by netsane_scanf.
 *
 * Rules
 *
 * - A connection is used by one thread at a time; different ones are
 *   independent. Only netsane_wake may be called from anywhere.
 * - Calls block unless it is said otherwise. No function writes to descriptors
 *   0 to 2, raises SIGPIPE, starts threads, or leaves anything behind when all
 *   connections are closed. (SANE_DEBUG_NETSANE=1 in the environment makes the
 *   library say on standard error why a call failed.)
 * - The first error of the transport or the protocol ends a connection: every
 *   later call fails, and netsane_error says why.
 * - The interface only grows. A struct begins with its size, so that newer
 *   members are used only if the program knew them.
 */
#ifndef NETSANE_CLIENT_H
#define NETSANE_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Requests (doc/protocol.md, section 2.1) */
#define NETSANE_CMD_QUIT 8
#define NETSANE_CMD_INIT 16
#define NETSANE_CMD_EXIT 17
#define NETSANE_CMD_STRS 18
#define NETSANE_CMD_GDEV 19
#define NETSANE_CMD_OPEN 20
#define NETSANE_CMD_CLOS 21
#define NETSANE_CMD_GOPT 22
#define NETSANE_CMD_COPT 23
#define NETSANE_CMD_PARM 24
#define NETSANE_CMD_STAR 25
#define NETSANE_CMD_READ 26
#define NETSANE_CMD_ABRT 27
#define NETSANE_CMD_IOMO 28
#define NETSANE_CMD_GSFD 29

/* netsane_options.tls */
#define NETSANE_TLS_DEFAULT 0 /* required unless the server is on this machine */
#define NETSANE_TLS_REQUIRE 1
#define NETSANE_TLS_PREFER 2
#define NETSANE_TLS_OFF 3

typedef struct netsane_connection netsane_connection;

/*
 * Logins
 *
 * A server may ask for a login while netsane_scanf waits for a reply. It is
 * answered by the first of these that has a user and a password:
 *
 * 1. netsane_options.user and .password. If they are set, nothing else counts;
 * 2. the person's own files, unless no_login_files is 1: the line of the server
 *    in $XDG_CONFIG_HOME/netsane/credentials (~/.config where that isn't set),
 *
 *        host[:port] user=NAME password=TEXT
 *
 *    and in ~/.sane/pass, as scanimage(1) has it,
 *
 *        NAME:PASSWORD:netsane:host[:port]
 *
 *    where the server is named as in netsane_connect. Where .user is set
 *    without .password, lines of other users don't count. The files must be
 *    the user's own with mode 0600, in folders that nobody else can write to;
 *    a program with other rights than its user's (setuid) doesn't read them;
 * 3. the prompt callback, where the user's name is known from 1 or 2;
 * 4. the login callback.
 *
 * A login that the server refuses is not repeated: the requests that wait for
 * it are answered with status 11 (access denied), and the reason is told to the
 * debug callback.
 */

/*
 * Asks the person for a login. `user` and `password` are buffers of `size`
 * bytes, and `user` has the name already where it is known; write
 * NUL-terminated texts into them and return 1, or return 0 to refuse. With a
 * prompt callback the password may be left empty: that is asked for it. The
 * server waits meanwhile, as a rule a minute at most.
 */
typedef int (*netsane_login_callback)(void *context, const char *server, char *user, char *password, size_t size);

/* The style of a question or text of an auth method */
#define NETSANE_PROMPT_HIDDEN 1u /* a question whose answer isn't shown while it is typed */
#define NETSANE_PROMPT_ECHO 2u   /* a question whose answer is shown */
#define NETSANE_PROMPT_INFO 3u   /* a text to show; no answer */
#define NETSANE_PROMPT_ERROR 4u  /* a text to show as an error; no answer */

/*
 * Asks the person one question of an auth method, as PAM has several, or shows
 * a text. The password answers the first question of style HIDDEN if there is
 * one, and this callback is asked the rest. `text` is the server's: it has no
 * control characters but '\n' between lines. Write the NUL-terminated answer
 * into `answer` (`size` bytes) and return 1, or return 0 to refuse; the buffer
 * is wiped. For INFO and ERROR `answer` is NULL and `size` 0. Without this
 * callback a method that asks for more than one password is declined.
 */
typedef int (*netsane_prompt_callback)(void *context, const char *server, uint32_t style, const char *text,
                                       char *answer, size_t size);

/* One line for people, without a line end. Level 1: errors, 2: what the server says, 4: more. */
typedef void (*netsane_debug_callback)(void *context, int level, const char *text);

/*
 * Encryption
 *
 * Unless the server is on this machine, or tls says otherwise, a connection is
 * made under TLS or not at all. Who the server is, is settled before anything
 * is said to it, the first of these that applies:
 *
 * 1. ca: the certificate must be good for the host's name and vouched for by a
 *    CA (or be a certificate) in that file;
 * 2. a CA that the system trusts vouches for it;
 * 3. its fingerprint is the one in $XDG_CONFIG_HOME/netsane/known_servers
 *    (~/.config where that isn't set), where it is written at the first use.
 *    Another one is refused, and netsane_connect's error says what to do.
 *
 * What known_servers has is not spoken to in clear, unless tls is
 * NETSANE_TLS_OFF. Where the file can't be used, only a server on this machine
 * is connected to without 1 or 2, and it not either with NETSANE_TLS_REQUIRE.
 */

/*
 * Set struct_size to sizeof(netsane_options) and everything else to 0 or NULL
 * first. Members that struct_size doesn't cover count as 0; a struct_size that
 * ends before or within `context` is an error of netsane_connect.
 */
typedef struct netsane_options {
    uint32_t struct_size;
    uint32_t tls;                   /* NETSANE_TLS_ */
    uint32_t connect_timeout_ms;    /* 0: 5 seconds; the greeting has until then, and 10 seconds at least */
    uint32_t allow_clear_passwords; /* 1: passwords may cross an unencrypted network */
    const char *program;            /* named in HELO; NULL: "libnetsane" */
    const char *user;               /* who logs in; see "Logins" */
    const char *password;
    const char *auth;               /* auth methods allowed, e.g. "crypt unix"; NULL: all that come with NETSANE */
    const char *plugin_dir;         /* NULL: the installed one */
    netsane_login_callback login;   /* NULL: a login that is found nowhere else is refused */
    netsane_debug_callback debug;   /* NULL: SANE_DEBUG_NETSANE */
    void *context;                  /* for the callbacks */
    netsane_prompt_callback prompt; /* NULL: nobody can be asked more than a password */
    uint32_t no_login_files;        /* 1: logins are not looked for in files */
    uint32_t reserved;              /* 0 */
    const char *ca;                 /* a PEM file; see "Encryption". This and the other files by absolute path */
    const char *certificate;        /* PEM, the client's own, for servers that ask for one; with its key */
    const char *key;                /* PEM, not encrypted, for nobody else to read */
    const char *min_version;        /* of TLS: "1.3" or "1.2"; NULL: "1.3" */
    const char *known_servers;      /* NULL: the person's own file */
} netsane_options;

/*
 * Connects to "host", "host:port", "[v6]:port" or "unix:/path". options may be
 * NULL. NULL on failure, with the reason in `error` (error_size bytes; may be
 * NULL and 0). Waits until the server has greeted and encryption is negotiated.
 * Strings of the options are copied.
 */
netsane_connection *netsane_connect(const char *server, const netsane_options *options, char *error, size_t error_size);

/* Sends what netsane_printf has written and QUIT, for 2 seconds at most, and ends the connection. NULL is ignored. */
void netsane_close(netsane_connection *connection);

/* Why the last call failed; "" if it didn't. Valid until the next call. */
const char *netsane_error(const netsane_connection *connection);

/*
 * Writes fields of a message. The first conversion of a message is %d, its
 * command. Blanks between conversions mean nothing. A format that ends in "\n"
 * ends the message; one that doesn't leaves it open for the next call.
 *
 *     %d    int32_t
 *     %s    const char *                     NULL is written as ""
 *     %*c   size_t, const void *             that many bytes; 0: left out
 *     %*d   size_t, const int32_t *          that many INTs; 0: left out
 *     \n    ends the message, at the end of the format only
 *
 * Messages are sent when netsane_scanf waits, by netsane_flush, or by
 * netsane_close, so that requests can go out together. At most 64 requests may
 * wait for their replies. Returns the number of fields written, or -1: a format
 * that isn't right, a NULL where there must be data, a field of more than 1 MiB,
 * or a lost connection. After -1 the message begun is dropped.
 */
int netsane_printf(netsane_connection *connection, const char *format, ...);

/* Sends what netsane_printf has written, for 30 seconds at most. 0, or -1. */
int netsane_flush(netsane_connection *connection);

/*
 * Reads fields of the current reply, one after the other; if there is none,
 * waits for the next one. The first field of a reply is its command.
 *
 *     %d    int32_t *
 *     %s    const char **                    into the message; valid until the next reply is waited for
 *     %*c   size_t *, void *                 in: room in bytes, out: bytes of the field
 *     %*d   size_t *, int32_t *              in: room in INTs, out: INTs of the field
 *     \n    ends the reply: what it has left is skipped. At the end of the format only
 *
 * Returns the number of fields converted; fewer than asked for when the message
 * has ended, and 0 when no more data can be read from it. -1: a format that isn't
 * right, a field of another type, a buffer that is too small (the field is
 * then still to be read, and the size that is needed stands in the size_t), a
 * NULL, a lost connection, no request outstanding.
 */
int netsane_scanf(netsane_connection *connection, const char *format, ...);

/*
 * Ends the wait that is in progress, or the next one, in netsane_scanf, which then
 * returns -1 with the connection intact. From any thread; async-signal-safe.
 */
void netsane_wake(netsane_connection *connection);

#ifdef __cplusplus
}
#endif

#endif
