/*
 * The method as a whole, without a daemon: this file plays the host. The clock,
 * the configuration, the secrets and the person's answers are its variables.
 */
#include "totp.h"

#include <netsane/plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const netsane_plugin_v1 *auth_totp_LTX_netsane_plugin_v1(uint32_t host_minor);

#define SECRET "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" /* 12345678901234567890 */

static int failures;

static void expect_at(int line, int right, const char *what)
{
    if (!right) {
        printf("test_method.c:%d: not true: %s\n", line, what);
        ++failures;
    }
}
#define EXPECT(condition) expect_at(__LINE__, (condition), #condition)

/* ---- the host ------------------------------------------------------------ */

static int64_t now = 59;
static const char *digits_value;
static const char *window_value;
static const char *file_text;
static const char *typed;
static char reason[256];
static char logged[256];
static int compared; /* calls of equal */
static int blocks;   /* handed out and not yet given back */

static void host_log(void *host, uint32_t level, const char *text)
{
    (void)host;
    (void)level;
    snprintf(logged, sizeof logged, "%s", text);
}

static const char *host_config(void *host, const char *key)
{
    (void)host;
    if (strcmp(key, "digits") == 0)
        return digits_value;
    return strcmp(key, "window") == 0 ? window_value : NULL;
}

static int32_t host_open_file(void *host, const char *key, uint32_t flags, const void **data, size_t *size)
{
    (void)host;
    if (strcmp(key, "file") != 0 || flags != NETSANE_FILE_SECRET || file_text == NULL)
        return -1;
    ++blocks;
    *data = file_text;
    *size = strlen(file_text);
    return 0;
}

static void host_close_file(void *host, const void *data)
{
    (void)host;
    blocks -= data != NULL ? 1 : 0;
}

static int32_t host_random(void *host, void *data, size_t size)
{
    (void)host;
    memset(data, 7, size);
    return 0;
}

static void *host_secure_alloc(void *host, size_t size)
{
    (void)host;
    ++blocks;
    return calloc(1, size);
}

static void host_secure_free(void *host, void *data)
{
    (void)host;
    blocks -= data != NULL ? 1 : 0;
    free(data);
}

static int32_t host_equal(void *host, const void *a, const void *b, size_t size)
{
    (void)host;
    ++compared;
    return memcmp(a, b, size) == 0;
}

static uint64_t host_monotonic_ms(void *host)
{
    (void)host;
    return 1;
}

static int64_t host_wall_seconds(void *host)
{
    (void)host;
    return now;
}

static int32_t host_prompt(void *exchange, uint32_t style, const char *text, char *answer, size_t answer_size)
{
    (void)exchange;
    (void)text;
    if (typed == NULL || style != NETSANE_PROMPT_HIDDEN || strlen(typed) >= answer_size)
        return -1;
    strcpy(answer, typed);
    return 0;
}

static int32_t host_set_identity(void *exchange, const char *identity)
{
    (void)exchange;
    (void)identity;
    return 0;
}

static void host_set_reason(void *exchange, const char *text)
{
    (void)exchange;
    snprintf(reason, sizeof reason, "%s", text);
}

static netsane_host_v1 host = {
    .struct_size = sizeof host,
    .roles = NETSANE_ROLE_SERVER,
    .log = host_log,
    .config = host_config,
    .open_file = host_open_file,
    .close_file = host_close_file,
    .random = host_random,
    .secure_alloc = host_secure_alloc,
    .secure_free = host_secure_free,
    .equal = host_equal,
    .monotonic_ms = host_monotonic_ms,
    .wall_seconds = host_wall_seconds,
    .prompt = host_prompt,
    .set_identity = host_set_identity,
    .set_reason = host_set_reason,
};

/* ---- logins -------------------------------------------------------------- */

static const netsane_plugin_v1 *plugin;

static void *begin(uint32_t role, const char *text)
{
    void *method = NULL;
    host.roles = role;
    file_text = text;
    now = 1111111109;
    EXPECT(plugin->init(&host, &method) == 0);
    return method;
}

static void end(void *method)
{
    plugin->fini(method);
    EXPECT(blocks == 0);
}

static uint32_t run_step(const netsane_auth_ops_v1 *ops, void *exchange, const netsane_field *in, uint32_t in_count,
                         netsane_auth_step_v1 *step)
{
    memset(step, 0, sizeof *step);
    step->struct_size = sizeof *step;
    step->in = in;
    step->in_count = in_count;
    reason[0] = '\0';
    return ops->step(exchange, step);
}

static void *start(const netsane_auth_ops_v1 *ops, void *method, const char *user)
{
    void *exchange = NULL;
    netsane_auth_params_v1 params;
    memset(&params, 0, sizeof params);
    params.struct_size = sizeof params;
    params.user = user;
    params.peer = "127.0.0.1";
    EXPECT(ops->start(method, &params, &exchange) == NETSANE_VERDICT_CONTINUE);
    return exchange;
}

/* A whole login on the server whose PASS_RPLY has these fields. */
static uint32_t login_fields(void *method, const char *user, const netsane_field *fields, uint32_t count)
{
    const netsane_auth_ops_v1 *const ops = plugin->auth_server;
    netsane_auth_step_v1 step;
    void *const exchange = start(ops, method, user);
    EXPECT(run_step(ops, exchange, NULL, 0, &step) == NETSANE_VERDICT_CONTINUE);
    EXPECT(step.out_count == 1 && step.out[0].size == 4);
    const uint32_t verdict = run_step(ops, exchange, fields, count, &step);
    EXPECT(step.out_count == 0);
    ops->free(exchange);
    return verdict;
}

static uint32_t login(void *method, const char *user, const char *code)
{
    const netsane_field field = {code, strlen(code) + 1};
    return login_fields(method, user, &field, 1);
}

static const char *code_of(int64_t seconds, unsigned digits)
{
    static char code[TOTP_MAX_DIGITS + 1];
    EXPECT(totp_code((const unsigned char *)"12345678901234567890", 20, (uint64_t)(seconds / TOTP_STEP_SECONDS), digits,
                     code) == 0);
    return code;
}

/* ---- tests --------------------------------------------------------------- */

static void a_code_is_good_once(void)
{
    void *const method = begin(NETSANE_ROLE_SERVER, "# people\n\nalice:" SECRET "\nbob:" SECRET "\n");
    EXPECT(login(method, "alice", "081804") == NETSANE_VERDICT_OK);
    EXPECT(login(method, "alice", "081804") == NETSANE_VERDICT_FAIL);
    EXPECT(strcmp(reason, "the code was used before") == 0);
    EXPECT(login(method, "bob", "081804") == NETSANE_VERDICT_OK);
    EXPECT(login(method, "alice", code_of(now + 30, 6)) == NETSANE_VERDICT_OK);
    EXPECT(login(method, "alice", code_of(now, 6)) == NETSANE_VERDICT_FAIL); /* older than the last */
    end(method);
}

static void a_clock_may_be_off_by_the_window(void)
{
    static const char *const windows[] = {"0", NULL, "3"};
    static const int sizes[] = {0, 1, 3};
    int i;
    int off;
    for (i = 0; i < 3; ++i) {
        window_value = windows[i];
        void *const method = begin(NETSANE_ROLE_SERVER, "alice:" SECRET);
        for (off = -5; off <= 5; ++off) {
            const uint32_t wanted = abs(off) <= sizes[i] ? NETSANE_VERDICT_OK : NETSANE_VERDICT_FAIL;
            EXPECT(login(method, "alice", code_of(now + (int64_t)off * 30, 6)) == wanted);
        }
        end(method);
    }
    window_value = NULL;
}

static void wrong_codes_and_users(void)
{
    void *const method = begin(NETSANE_ROLE_SERVER, "alice:" SECRET "\ncarol:GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJA\n");
    EXPECT(login(method, "alice", "081805") == NETSANE_VERDICT_FAIL && strcmp(reason, "wrong code") == 0);
    EXPECT(login(method, "carol", "081804") == NETSANE_VERDICT_FAIL && strcmp(reason, "wrong code") == 0);
    EXPECT(login(method, "mallory", "081804") == NETSANE_VERDICT_FAIL && strcmp(reason, "unknown user") == 0);
    EXPECT(login(method, "", "081804") == NETSANE_VERDICT_FAIL && strcmp(reason, "unknown user") == 0);
    EXPECT(login(method, "alice:" SECRET, "081804") == NETSANE_VERDICT_FAIL && strcmp(reason, "unknown user") == 0);
    EXPECT(login(method, "alice", "081804") == NETSANE_VERDICT_OK);
    end(method);
}

static void everybody_takes_the_same_steps(void)
{
    static const char *const users[] = {"alice", "bobby", "trudy"}; /* the first line, the last one, nobody */
    void *const method = begin(NETSANE_ROLE_SERVER, "alice:" SECRET "\nbobby:" SECRET "\n");
    int first = 0;
    size_t i;
    for (i = 0; i < sizeof users / sizeof users[0]; ++i) {
        compared = 0;
        EXPECT(login(method, users[i], "000000") == NETSANE_VERDICT_FAIL);
        first = i == 0 ? compared : first;
        EXPECT(compared == first && compared == 2 + 3); /* two names, three codes */
    }
    end(method);
}

static void hostile_fields(void)
{
    static const netsane_field bad[] = {{NULL, 0},
                                        {"", 1},
                                        {"081804", 6},
                                        {"0818040", 7},
                                        {"08180\0", 7},
                                        {"08180a", 7},
                                        {"\0"
                                         "81804",
                                         7},
                                        {"081804\0", 8},
                                        {" 81804", 7},
                                        {"-81804", 7},
                                        {"07081804", 9}};
    const netsane_field two[] = {{"081804", 7}, {"081804", 7}};
    size_t i;
    void *const method = begin(NETSANE_ROLE_SERVER, "alice:" SECRET);
    for (i = 0; i < sizeof bad / sizeof bad[0]; ++i)
        EXPECT(login_fields(method, "alice", &bad[i], 1) == NETSANE_VERDICT_FAIL &&
               strcmp(reason, "the reply is not a code") == 0);
    EXPECT(login_fields(method, "alice", NULL, 0) == NETSANE_VERDICT_FAIL);
    EXPECT(login_fields(method, "alice", two, 2) == NETSANE_VERDICT_FAIL);
    EXPECT(login(method, "alice", "081804") == NETSANE_VERDICT_OK);
    end(method);
}

static void a_clock_that_was_never_set(void)
{
    void *const method = begin(NETSANE_ROLE_SERVER, "alice:" SECRET);
    now = 0;
    EXPECT(login(method, "alice", "081804") == NETSANE_VERDICT_INTERNAL);
    end(method);
}

static void the_file_is_read_anew(void)
{
    void *const method = begin(NETSANE_ROLE_SERVER, "alice:" SECRET);
    file_text = "bob:" SECRET;
    EXPECT(login(method, "alice", "081804") == NETSANE_VERDICT_FAIL);
    EXPECT(login(method, "bob", "081804") == NETSANE_VERDICT_OK);
    file_text = "bob:" SECRET "\nbob:" SECRET "\n";
    EXPECT(login(method, "bob", code_of(now + 30, 6)) == NETSANE_VERDICT_INTERNAL);
    file_text = NULL;
    EXPECT(login(method, "bob", code_of(now + 30, 6)) == NETSANE_VERDICT_INTERNAL);
    end(method);
}

static void init_refuses(const char *text, const char *digits, const char *window, const char *why)
{
    void *method = NULL;
    host.roles = NETSANE_ROLE_SERVER;
    file_text = text;
    digits_value = digits;
    window_value = window;
    logged[0] = '\0';
    EXPECT(plugin->init(&host, &method) == -1);
    if (strcmp(logged, why) != 0)
        printf("\"%s\" in place of \"%s\"\n", logged, why);
    EXPECT(strcmp(logged, why) == 0);
    EXPECT(blocks == 0);
    digits_value = NULL;
    window_value = NULL;
}

static void bad_configurations(void)
{
    init_refuses(NULL, NULL, NULL, ""); /* the host says why */
    init_refuses("alice\n", NULL, NULL, "line 1 of the file is not USER:SECRET");
    init_refuses("alice:" SECRET "\n:" SECRET "\n", NULL, NULL, "line 2 of the file is not USER:SECRET");
    init_refuses("\nalice:short\n", NULL, NULL, "line 2 of the file is not USER:SECRET");
    init_refuses("alice:" SECRET "\r\n", NULL, NULL, "line 1 of the file is not USER:SECRET");
    init_refuses("", "5", NULL, "digits must be a number from 6 to 8");
    init_refuses("", "six", NULL, "digits must be a number from 6 to 8");
    init_refuses("", "", NULL, "digits must be a number from 6 to 8");
    init_refuses("", "6 ", NULL, "digits must be a number from 6 to 8");
    init_refuses("", "4294967302", NULL, "digits must be a number from 6 to 8");
    init_refuses("", NULL, "11", "window must be a number from 0 to 10");
    init_refuses("", NULL, "-1", "window must be a number from 0 to 10");
}

static uint32_t client_answer(void *method, const netsane_field *in, uint32_t count, char *answer)
{
    const netsane_auth_ops_v1 *const ops = plugin->auth_client;
    netsane_auth_step_v1 step;
    void *const exchange = start(ops, method, "alice");
    const uint32_t verdict = run_step(ops, exchange, in, count, &step);
    answer[0] = '\0';
    if (verdict == NETSANE_VERDICT_OK) {
        EXPECT(step.out_count == 1 && step.out[0].size <= TOTP_MAX_DIGITS + 1);
        memcpy(answer, step.out[0].data, step.out[0].size);
    }
    ops->free(exchange);
    return verdict;
}

static void the_client(void)
{
    static const netsane_field bad[] = {{NULL, 0}, {"\0\0\6", 3}, {"\0\0\0\5", 4}, {"\0\0\0\11", 4}, {"\1\0\0\6", 4}};
    const netsane_field request = {"\0\0\0\6", 4};
    const netsane_field later_version[] = {{"\0\0\0\10", 4}, {"more", 5}};
    char answer[16];
    size_t i;
    void *const method = begin(NETSANE_ROLE_CLIENT, NULL);
    typed = "081 804";
    EXPECT(client_answer(method, &request, 1, answer) == NETSANE_VERDICT_OK && strcmp(answer, "081804") == 0);
    typed = "07081804";
    EXPECT(client_answer(method, later_version, 2, answer) == NETSANE_VERDICT_OK && strcmp(answer, "07081804") == 0);
    EXPECT(client_answer(method, &request, 1, answer) == NETSANE_VERDICT_FAIL); /* 8 digits where 6 are wanted */
    EXPECT(client_answer(method, NULL, 0, answer) == NETSANE_VERDICT_FAIL);
    for (i = 0; i < sizeof bad / sizeof bad[0]; ++i)
        EXPECT(client_answer(method, &bad[i], 1, answer) == NETSANE_VERDICT_FAIL);
    typed = NULL;
    EXPECT(client_answer(method, &request, 1, answer) == NETSANE_VERDICT_FAIL &&
           strcmp(reason, "no code was given") == 0);
    end(method);
}

static void two_logins_at_once(void)
{
    const netsane_auth_ops_v1 *const ops = plugin->auth_server;
    const netsane_field code = {"081804", 7};
    netsane_auth_step_v1 step;
    void *const method = begin(NETSANE_ROLE_SERVER, "alice:" SECRET);
    void *const one = start(ops, method, "alice");
    void *const other = start(ops, method, "alice");
    EXPECT(run_step(ops, one, NULL, 0, &step) == NETSANE_VERDICT_CONTINUE);
    EXPECT(run_step(ops, other, NULL, 0, &step) == NETSANE_VERDICT_CONTINUE);
    EXPECT(run_step(ops, other, &code, 1, &step) == NETSANE_VERDICT_OK);
    EXPECT(run_step(ops, one, &code, 1, &step) == NETSANE_VERDICT_FAIL); /* the same code, in a race */
    ops->free(one);
    ops->free(other);
    end(method);
}

int main(void)
{
    plugin = auth_totp_LTX_netsane_plugin_v1(NETSANE_PLUGIN_MINOR);
    a_code_is_good_once();
    a_clock_may_be_off_by_the_window();
    wrong_codes_and_users();
    everybody_takes_the_same_steps();
    hostile_fields();
    a_clock_that_was_never_set();
    the_file_is_read_anew();
    bad_configurations();
    the_client();
    two_logins_at_once();
    return failures == 0 ? 0 : 1;
}
