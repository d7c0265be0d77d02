/*
 * netsane/plugin.h: the interface between NETSANE and its methods
 *
 * A method says how a login is proved (an auth method, PASS_REQ) or how a
 * connection is protected (a crypt method, CRPT_REQ). It is a shared object
 *
 *     auth_NAME.so    or    crypt_NAME.so        NAME matches [a-z0-9_-]{1,64}
 *
 * in NETSANE's plugin directory, loaded when the configuration names it, and
 * holds the server's side, the client's side, or both.
 *
 * A whole method in outline:
 *
 *     static const netsane_plugin_v1 plugin = { sizeof plugin, ... };
 *
 *     NETSANE_PLUGIN_ENTRY(auth_example)
 *     {
 *         (void)host_minor;
 *         return &plugin;
 *     }
 *
 * Link it with libtool's -module -avoid-version -no-undefined and with
 * -Wl,-z,now, and let it export its entry point alone: with a version script
 * (-Wl,--version-script), or in C with -export-symbols-regex. plugin-guide.md
 * walks through a whole one.
 *
 * Rules that hold for everything below
 *
 * - Versions. The major version is part of the entry point's name. Minor
 *   versions only add: a struct grows at its end, a constant gets a new value.
 *   Each struct starts with struct_size, set to sizeof by the side that fills
 *   the struct in. A field may be read only if it lies within struct_size; to
 *   test that use NETSANE_HAS_FIELD. netsane_field is the one struct without a
 *   size, because it stands in arrays; it never changes.
 * - Memory. Neither side frees the other's memory. Each function says how long
 *   what it hands over stays valid.
 * - Strings are NUL-terminated, of any encoding, never NULL unless it is said.
 * - No exception, longjmp or thread cancellation may leave a plugin's function.
 *   The host takes an exception for a failure of that function.
 * - Threads. Calls that belong to one init (the method and all its exchanges
 *   or streams) never overlap. Different inits may run in different threads,
 *   and a method can be initialised more than once in a process, so keep the
 *   state in the pointer that init sets and not in static variables.
 * - Processes. fork may happen between calls. The server's side of a method
 *   flagged NETSANE_FLAG_BLOCKING gets a process of its own for each exchange,
 *   forked after init: what it changes in memory ends with it, descriptors that
 *   init opened are closed in it, and it may be killed at any moment, without
 *   cancel and free.
 * - A method doesn't change process-wide state: no signal handlers, no locale,
 *   no environment, no output on descriptors 0 to 2, no exit, no umask or chdir.
 */
#ifndef NETSANE_PLUGIN_H
#define NETSANE_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The minor version that this header describes. The host tells its own to the
 * entry point and in netsane_host_v1.minor. */
#define NETSANE_PLUGIN_MINOR 2u

/* True if `field` of the struct that `pointer` points to lies within the size
 * that the other side gave. */
#define NETSANE_HAS_FIELD(type, pointer, field)                                                                        \
    ((pointer)->struct_size >= offsetof(type, field) + sizeof((pointer)->field))

/* ---- numbers ------------------------------------------------------------ */

/* netsane_plugin_v1.kind */
#define NETSANE_KIND_AUTH 1u
#define NETSANE_KIND_CRYPT 2u

/* Roles; as bits where several can be meant. */
#define NETSANE_ROLE_SERVER 1u
#define NETSANE_ROLE_CLIENT 2u

/* Method ids below NETSANE_ID_SITE belong to NETSANE itself; a site's own
 * methods use NETSANE_ID_SITE to NETSANE_ID_LAST. */
#define NETSANE_ID_SITE 0x8000u
#define NETSANE_ID_LAST 0xffffu

/* netsane_plugin_v1.flags. The host acts on them, a method never has to. A
 * host refuses a method with a flag that it doesn't know. */
#define NETSANE_FLAG_NEEDS_CONFIDENTIALITY 0x01u /* auth: what it sends must not be seen by third parties */
#define NETSANE_FLAG_NEEDS_ROOT 0x02u      /* its server side wants root: the auth process keeps it where it has it */
#define NETSANE_FLAG_BLOCKING 0x04u        /* auth: step may block; it gets a process of its own */
#define NETSANE_FLAG_MUTUAL 0x08u          /* auth: proves the server to the client as well */
#define NETSANE_FLAG_CHANNEL_BINDING 0x10u /* auth: ties the login to the crypt stream; needs a binding */
#define NETSANE_FLAG_TEST_ONLY 0x20u       /* protects nothing; loaded by tests only */
#define NETSANE_FLAG_PASSTHROUGH 0x40u     /* crypt: plain bytes are wire bytes; the host may skip the calls */

/* What netsane_plugin_v1.init may return beside 0 and -1; since minor version 1,
 * and a host of minor version 0 takes it for -1. This configuration works as
 * root only, and the process isn't root. A host that can will end what it has
 * initialised and do it all again as root. */
#define NETSANE_INIT_NEEDS_ROOT (-2)

/* What an auth method's start and step answer. Any other number is taken for
 * NETSANE_VERDICT_INTERNAL. A server that has sent a request must judge the
 * reply: NOT_APPLICABLE is a FAIL then. */
#define NETSANE_VERDICT_CONTINUE 1u       /* start: ready for the first step. step: the fields out are to be sent */
#define NETSANE_VERDICT_PENDING 2u        /* step: not decided yet; call again with no fields after wait_ms */
#define NETSANE_VERDICT_OK 3u             /* step, server: proved. step, client: satisfied, the fields out are sent */
#define NETSANE_VERDICT_FAIL 4u           /* not proved (server), not willing (client) */
#define NETSANE_VERDICT_INTERNAL 5u       /* could not be decided: a fault on this side. Nobody is let in */
#define NETSANE_VERDICT_NOT_APPLICABLE 6u /* not for this user or link; another method may be tried */

/* What a crypt method's state answers. HANDSHAKE may become any other, OPEN
 * any but HANDSHAKE, and the last three stay. Any other number is taken for
 * NETSANE_STATE_ERROR. */
#define NETSANE_STATE_HANDSHAKE 1u /* wire bytes go both ways, plain ones don't yet */
#define NETSANE_STATE_OPEN 2u      /* plain bytes flow */
#define NETSANE_STATE_CLOSED 3u    /* the peer has ended the stream properly; what read_plain still has is genuine */
#define NETSANE_STATE_TRUNCATED 4u /* the connection ended before the peer ended the stream */
#define NETSANE_STATE_ERROR 5u     /* broken; pull_wire may still yield a last word to the peer */

/* The second argument of netsane_crypt_ops_v1.pending */
#define NETSANE_PENDING_WIRE 1u  /* bytes that pull_wire has ready */
#define NETSANE_PENDING_PLAIN 2u /* bytes that read_plain has ready */

/* The second argument of netsane_crypt_ops_v1.peer_identity */
#define NETSANE_PEER_NAME 1u /* the peer's name as far as the method has verified it; NULL if it hasn't */
#define NETSANE_PEER_FINGERPRINT                                                                                       \
    2u                              /* what the peer can be recognised by, verified or not: "SHA256:" and hex digits   \
                                     */
#define NETSANE_PEER_PROTOCOL 3u    /* version and cipher, for people: "TLSv1.3 TLS_AES_256_GCM_SHA384" */
#define NETSANE_PEER_CERTIFICATE 4u /* the certificate that the peer has shown, verified or not, in PEM */

/* The level of netsane_host_v1.log */
#define NETSANE_LOG_ERROR 1u
#define NETSANE_LOG_WARNING 2u
#define NETSANE_LOG_INFO 3u
#define NETSANE_LOG_DEBUG 4u

/* The style of netsane_host_v1.prompt */
#define NETSANE_PROMPT_HIDDEN 1u /* a question whose answer isn't shown while it is typed */
#define NETSANE_PROMPT_ECHO 2u   /* a question whose answer is shown */
#define NETSANE_PROMPT_INFO 3u   /* a text to show; no answer */
#define NETSANE_PROMPT_ERROR 4u  /* a text to show as an error; no answer */

/* The flags of netsane_host_v1.open_file */
#define NETSANE_FILE_SECRET 0u /* refused if others than owner and group could read it */
#define NETSANE_FILE_PUBLIC 1u /* may be readable by everybody, a certificate say */

/* netsane_auth_params_v1.link, bits */
#define NETSANE_LINK_CONFIDENTIAL 1u /* third parties can't read along: encrypted, or it doesn't leave the machine */
#define NETSANE_LINK_LOCAL 2u        /* loopback or a unix socket */

/* One field of a message as its raw bytes. A string field includes its NUL, an
 * INT field is four bytes, most significant first. size may be 0, and then
 * data may be NULL. Never changes. */
typedef struct netsane_field {
    const void *data;
    size_t size;
} netsane_field;

/* ---- what the host offers ----------------------------------------------- */

/*
 * Made by the host, one per init, valid from init until fini has returned.
 * Every function pointer is set. Functions that take `host` get the table's
 * own host pointer, functions that take `exchange` the one from
 * netsane_auth_params_v1. All may be called from any of the plugin's functions
 * unless it is said otherwise, and only in the thread that the host called.
 * Functions that return int32_t return 0 for success and -1 for failure,
 * and have then logged why, unless it is said otherwise.
 */
typedef struct netsane_host_v1 {
    uint32_t struct_size;
    uint32_t minor; /* the host's minor version */
    uint32_t roles; /* NETSANE_ROLE_ bits: what this host will use the method for */
    uint32_t reserved;
    void *host;

    /* Log one line of text: no line end, no secrets. The host adds time and
     * method. An ERROR logged in init becomes the reason for the refusal. */
    void (*log)(void *host, uint32_t level, const char *text);

    /* The value of a key in the method's own section of the configuration
     * ([auth_NAME], [crypt_NAME]) as a string; numbers in decimal, booleans as
     * "true" and "false". NULL if it isn't set. Valid until fini, and the same
     * until then. */
    const char *(*config)(void *host, const char *key);

    /* Read the file whose absolute path stands in the configuration under
     * `key`, anew at each call. It must belong to root or the user the process
     * runs as, be writable by nobody else, and have at most 1 MiB. *data is in
     * locked memory, read-only, not NUL-terminated, and valid until close_file
     * or fini. A server's crypt method can do so in init only: the process that
     * it runs in may not open files, and has been given these. */
    int32_t (*open_file)(void *host, const char *key, uint32_t flags, const void **data, size_t *size);

    /* Wipe and drop what open_file gave. NULL is ignored. */
    void (*close_file)(void *host, const void *data);

    /* Fill `data` with `size` bytes fit for keys and seeds. */
    int32_t (*random)(void *host, void *data, size_t size);

    /* Memory for secrets: zeroed, locked if the system permits, left out of
     * core dumps, wiped when freed. Aligned for any type. Whole pages, so ask
     * for one block rather than many. NULL if there is none. What isn't freed
     * by fini is freed after it. */
    void *(*secure_alloc)(void *host, size_t size);

    /* Wipe and free memory of secure_alloc. NULL is ignored. */
    void (*secure_free)(void *host, void *data);

    /* 1 if the `size` bytes are the same, else 0, in a time that depends on
     * `size` alone. */
    int32_t (*equal)(void *host, const void *a, const void *b, size_t size);

    /* Milliseconds since some fixed moment; never goes back. The deadline is
     * in this clock. Use it and not the system's, so that tests can set it. */
    uint64_t (*monotonic_ms)(void *host);

    /* Seconds since 1970-01-01 00:00 UTC. */
    int64_t (*wall_seconds)(void *host);

    /* Client role, within step only: ask the person, or show something. May
     * block. The answer goes into `answer` (answer_size bytes, best from
     * secure_alloc), NUL-terminated; NULL and 0 for a text that has no answer.
     * -1 if nobody can be asked, the person declines, or the answer doesn't
     * fit. SANE's frontends can answer one HIDDEN question in an exchange, with
     * the password that they know, and nothing else. `text` that came from the
     * peer is cleaned of control characters by the host. */
    int32_t (*prompt)(void *exchange, uint32_t style, const char *text, char *answer, size_t answer_size);

    /* Server role, within step only: who this login is if it comes to OK.
     * Without it, it is the user name of the params. The text is copied. */
    int32_t (*set_identity)(void *exchange, const char *identity);

    /* Within start and step: why FAIL, INTERNAL or NOT_APPLICABLE. For the log, never told to
     * the peer. The text is copied. */
    void (*set_reason)(void *exchange, const char *reason);
} netsane_host_v1;

/* ---- auth methods ------------------------------------------------------- */

/* Made by the host for start. Everything in it is valid until start returns,
 * apart from `exchange`, which is valid until the plugin's free returns. */
typedef struct netsane_auth_params_v1 {
    uint32_t struct_size;
    uint32_t role;    /* NETSANE_ROLE_SERVER or NETSANE_ROLE_CLIENT */
    void *exchange;   /* for prompt, set_identity and set_reason */
    const char *user; /* the name that was sent with USER; any bytes, unchecked */
    const char
        *peer;     /* the peer's address as text, without a port; "unix uid 1000" over a unix socket; "" if unknown */
    uint32_t link; /* NETSANE_LINK_ bits */
    uint32_t attempt; /* 1 for the first login on this connection, 2 for the next */
    const void *channel_binding;
    size_t channel_binding_size; /* bytes; 0 if the link has no channel binding */
    uint64_t deadline_ms;        /* in the clock of monotonic_ms; 0 = none. The host refuses what comes later */

    /* Since minor version 2: the name that the crypt method has verified for the peer, by its certificate say; "" if
     * there is none. On a server it comes, as peer and channel_binding do, from the process that talks to clients. */
    const char *peer_name;
} netsane_auth_params_v1;

/*
 * One step of an exchange. Made by the host; `in` is valid until step returns.
 * The plugin sets the out fields, which are all 0 before. What `out` points to
 * belongs to the plugin and stays unchanged until the next call on the exchange.
 */
typedef struct netsane_auth_step_v1 {
    uint32_t struct_size;
    uint32_t in_count;
    const netsane_field *in;
    const netsane_field *out;
    uint32_t out_count; /* at most 128 fields with 64 KiB in all */
    uint32_t wait_ms;   /* with PENDING: call again then; with FAIL: tell the peer no earlier */
} netsane_auth_step_v1;

/*
 * The operations of one role.
 *
 * Server: the first step has no fields in and answers with the fields of
 * PASS_REQ (those after the method id). Each PASS_RPLY's fields are the next
 * step's input; CONTINUE sends another PASS_REQ, OK and FAIL end the exchange.
 * With OK there must be no fields out.
 *
 * Client: the first step gets the fields of the first PASS_REQ and answers
 * with those of PASS_RPLY. CONTINUE if another PASS_REQ has to follow, OK if
 * from here on only the server's decision is awaited. The client of a MUTUAL
 * method trusts the server's yes only after its own OK.
 *
 * The fields come from the peer: check count, sizes and contents. After OK,
 * FAIL, INTERNAL, NOT_APPLICABLE or cancel there is no further step.
 */
typedef struct netsane_auth_ops_v1 {
    uint32_t struct_size;
    uint32_t reserved;

    /* Begin. Sets *exchange, the plugin's own handle (NULL is as good as any),
     * and answers CONTINUE. With any other answer the exchange doesn't exist
     * and free isn't called. `method` is what init set. */
    uint32_t (*start)(void *method, const netsane_auth_params_v1 *params, void **exchange);

    uint32_t (*step)(void *exchange, netsane_auth_step_v1 *step);

    /* The host has lost interest (peer gone, deadline): stop what is under
     * way; only free follows. May be NULL. */
    void (*cancel)(void *exchange);

    /* The end of the exchange; wipe and free. Called once. */
    void (*free)(void *exchange);
} netsane_auth_ops_v1;

/* ---- crypt methods ------------------------------------------------------ */

/* Made by the host for create and valid until create returns. */
typedef struct netsane_crypt_params_v1 {
    uint32_t struct_size;
    uint32_t role;         /* NETSANE_ROLE_SERVER or NETSANE_ROLE_CLIENT */
    const char *peer;      /* the peer's address as text, without a port; "" if it has none */
    const char *peer_name; /* client: the host name the user asked for, to be verified; else "" */
} netsane_crypt_params_v1;

/*
 * The operations of one role. A stream is a box with four openings and no
 * descriptor in it; none of the functions blocks.
 *
 *     from the peer -> push_wire  [ stream ]  read_plain -> to the session
 *     to the peer   <- pull_wire  [ stream ] write_plain <- from the session
 *
 * push_wire and write_plain take as many bytes as there is room for and return
 * how many; pull_wire and read_plain fill in as many bytes as there are, up to
 * `size`, and return how many. 0 means: not now. A stream keeps its buffers
 * within a bound of its own (64 KiB, say) by taking less. After any call the
 * host asks for the state.
 */
typedef struct netsane_crypt_ops_v1 {
    uint32_t struct_size;
    uint32_t reserved;

    /* 0 and *stream set; or -1, with the reason logged, and then free isn't
     * called. `method` is what init set. */
    int32_t (*create)(void *method, const netsane_crypt_params_v1 *params, void **stream);

    size_t (*push_wire)(void *stream, const void *data, size_t size);
    size_t (*pull_wire)(void *stream, void *data, size_t size);
    size_t (*read_plain)(void *stream, void *data, size_t size);
    size_t (*write_plain)(void *stream, const void *data, size_t size);

    /* The peer's connection has ended: nothing will be pushed any more. The
     * state becomes CLOSED or, if the peer should have said goodbye, TRUNCATED. */
    void (*end_wire)(void *stream);

    /* How many bytes are ready on the side `what` (NETSANE_PENDING_). */
    size_t (*pending)(void *stream, uint32_t what);

    /* End this side's direction: no write_plain follows, pull_wire yields what
     * is left and the goodbye, also to a peer whose direction has ended. */
    void (*shutdown)(void *stream);

    uint32_t (*state)(void *stream);

    /* In state ERROR what went wrong, for the log. In state OPEN, and CLOSED
     * behind it, why peer_identity has no NETSANE_PEER_NAME, for people: "the
     * certificate has expired". Valid until the next call on the stream. May
     * be NULL, and return NULL. */
    const char *(*error_text)(void *stream);

    /* Write the stream's channel binding (RFC 5056: the same bytes at both
     * ends of this very stream and of no other) into `data`, at most `size`,
     * and return how many. 0 before OPEN or if there is none. May be NULL. */
    size_t (*export_binding)(void *stream, void *data, size_t size);

    /* Who the peer is (NETSANE_PEER_); NULL if that isn't known. Valid until
     * the next call on the stream. May be NULL. */
    const char *(*peer_identity)(void *stream, uint32_t what);

    /* The end of the stream; wipe and free. Called once. */
    void (*free)(void *stream);
} netsane_crypt_ops_v1;

/* ---- the descriptor ----------------------------------------------------- */

/* One per module, constant, valid as long as the module is loaded. */
typedef struct netsane_plugin_v1 {
    uint32_t struct_size;
    uint32_t kind;       /* NETSANE_KIND_ */
    uint32_t method_id;  /* the number in PASS_REQ or CRPT_REQ; unique within its kind */
    uint32_t flags;      /* NETSANE_FLAG_ bits */
    const char *name;    /* the NAME of the file name */
    const char *version; /* the plugin's own, for people; at most 63 bytes */

    /* Called once per host after loading: keep `host`, check the
     * configuration, set *method. 0, or -1 with the reason logged as an ERROR;
     * then fini isn't called and the program refuses to start. Or
     * NETSANE_INIT_NEEDS_ROOT, likewise with the reason logged and without
     * fini: the program starts the method as root, or not at all. May be NULL. */
    int32_t (*init)(const netsane_host_v1 *host, void **method);

    /* The end: no exchange or stream is left. May be NULL. */
    void (*fini)(void *method);

    /* By kind and role. NULL where the method doesn't support the role; both
     * of the other kind are NULL. */
    const netsane_auth_ops_v1 *auth_server;
    const netsane_auth_ops_v1 *auth_client;
    const netsane_crypt_ops_v1 *crypt_server;
    const netsane_crypt_ops_v1 *crypt_client;
} netsane_plugin_v1;

/*
 * The one function that a module exports. `module` is the file name without
 * ".so"; a '-' in it becomes '_' (libtool's rule). host_minor is the host's
 * minor version; a plugin that can't do with it returns NULL. The name
 * of the function without libtool's prefix is netsane_plugin_v1.
 */
#if defined(__GNUC__)
#define NETSANE_PLUGIN_EXPORT __attribute__((visibility("default")))
#else
#define NETSANE_PLUGIN_EXPORT
#endif

#ifdef __cplusplus
#define NETSANE_PLUGIN_LINKAGE extern "C"
#else
#define NETSANE_PLUGIN_LINKAGE extern
#endif

#define NETSANE_PLUGIN_ENTRY(module)                                                                                   \
    NETSANE_PLUGIN_LINKAGE NETSANE_PLUGIN_EXPORT const netsane_plugin_v1 *module##_LTX_netsane_plugin_v1(              \
        uint32_t host_minor);                                                                                          \
    const netsane_plugin_v1 *module##_LTX_netsane_plugin_v1(uint32_t host_minor)

#ifdef __cplusplus
}
#endif

#endif
