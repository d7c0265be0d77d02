/* A good method in C, built with the kept copy of netsane/plugin.h: what was built against a released header must go on
 * to load and work. It proves a login with the word "frozen". */

#include <netsane/plugin.h>
#include <string.h>

#define SIZE(type) ((uint32_t)sizeof(type))

static uint32_t start(void *method, const netsane_auth_params_v1 *params, void **exchange)
{
    const netsane_host_v1 *host = method;
    *exchange = host->secure_alloc(host->host, 64);
    if (*exchange == NULL || !NETSANE_HAS_FIELD(netsane_auth_params_v1, params, deadline_ms))
        return NETSANE_VERDICT_INTERNAL;
    memcpy(*exchange, &method, sizeof method);
    return NETSANE_VERDICT_CONTINUE;
}

static uint32_t step(void *exchange, netsane_auth_step_v1 *step)
{
    static const char word[] = "frozen";
    (void)exchange;
    if (step->in_count == 0)
        return NETSANE_VERDICT_CONTINUE;
    if (step->in[0].size == sizeof word && memcmp(step->in[0].data, word, sizeof word) == 0)
        return NETSANE_VERDICT_OK;
    return NETSANE_VERDICT_FAIL;
}

static void release(void *exchange)
{
    const netsane_host_v1 *host;
    memcpy(&host, exchange, sizeof host);
    host->secure_free(host->host, exchange);
}

static int32_t init(const netsane_host_v1 *host, void **method)
{
    *method = (void *)host;
    return 0;
}

static const netsane_auth_ops_v1 server = {SIZE(netsane_auth_ops_v1), 0, start, step, NULL, release};

static const netsane_plugin_v1 plugin = {SIZE(netsane_plugin_v1),
                                         NETSANE_KIND_AUTH,
                                         NETSANE_ID_SITE + 3,
                                         NETSANE_FLAG_TEST_ONLY,
                                         "frozen",
                                         "1.0",
                                         init,
                                         NULL,
                                         &server,
                                         NULL,
                                         NULL,
                                         NULL};

NETSANE_PLUGIN_ENTRY(auth_frozen)
{
    (void)host_minor; /* every host of major version 1 will do */
    return &plugin;
}
