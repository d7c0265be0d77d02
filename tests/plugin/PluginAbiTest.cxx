// The sizes and offsets of the plugin interface on machines with 64-bit pointers. They never change; a struct that
// grows gets its new size here, and new rows.

#include <gtest/gtest.h>
#include <netsane/plugin.h>

static_assert(sizeof(void *) != 8 || sizeof(netsane_field) == 16);
static_assert(sizeof(void *) != 8 || sizeof(netsane_plugin_v1) == 80);
static_assert(sizeof(void *) != 8 || sizeof(netsane_host_v1) == 128);
static_assert(sizeof(void *) != 8 || sizeof(netsane_auth_params_v1) == 72);
static_assert(sizeof(void *) != 8 || sizeof(netsane_auth_step_v1) == 32);
static_assert(sizeof(void *) != 8 || sizeof(netsane_auth_ops_v1) == 40);
static_assert(sizeof(void *) != 8 || sizeof(netsane_crypt_params_v1) == 24);
static_assert(sizeof(void *) != 8 || sizeof(netsane_crypt_ops_v1) == 112);

namespace {

#define ROW(type, field)                                                                                               \
    {                                                                                                                  \
#type "." #field, offsetof(type, field)                                                                        \
    }

struct Row {
    const char *name;
    size_t offset;
};

/// In each struct the fields follow each other by the pointer's size from the first pointer on.
constexpr Row plugin_rows[] = {ROW(netsane_plugin_v1, name),         ROW(netsane_plugin_v1, version),
                               ROW(netsane_plugin_v1, init),         ROW(netsane_plugin_v1, fini),
                               ROW(netsane_plugin_v1, auth_server),  ROW(netsane_plugin_v1, auth_client),
                               ROW(netsane_plugin_v1, crypt_server), ROW(netsane_plugin_v1, crypt_client)};
constexpr Row host_rows[] = {
    ROW(netsane_host_v1, host),         ROW(netsane_host_v1, log),          ROW(netsane_host_v1, config),
    ROW(netsane_host_v1, open_file),    ROW(netsane_host_v1, close_file),   ROW(netsane_host_v1, random),
    ROW(netsane_host_v1, secure_alloc), ROW(netsane_host_v1, secure_free),  ROW(netsane_host_v1, equal),
    ROW(netsane_host_v1, monotonic_ms), ROW(netsane_host_v1, wall_seconds), ROW(netsane_host_v1, prompt),
    ROW(netsane_host_v1, set_identity), ROW(netsane_host_v1, set_reason)};
constexpr Row auth_rows[] = {ROW(netsane_auth_ops_v1, start), ROW(netsane_auth_ops_v1, step),
                             ROW(netsane_auth_ops_v1, cancel), ROW(netsane_auth_ops_v1, free)};
constexpr Row crypt_rows[] = {ROW(netsane_crypt_ops_v1, create),
                              ROW(netsane_crypt_ops_v1, push_wire),
                              ROW(netsane_crypt_ops_v1, pull_wire),
                              ROW(netsane_crypt_ops_v1, read_plain),
                              ROW(netsane_crypt_ops_v1, write_plain),
                              ROW(netsane_crypt_ops_v1, end_wire),
                              ROW(netsane_crypt_ops_v1, pending),
                              ROW(netsane_crypt_ops_v1, shutdown),
                              ROW(netsane_crypt_ops_v1, state),
                              ROW(netsane_crypt_ops_v1, error_text),
                              ROW(netsane_crypt_ops_v1, export_binding),
                              ROW(netsane_crypt_ops_v1, peer_identity),
                              ROW(netsane_crypt_ops_v1, free)};

template<size_t count>
void expectRow(const Row (&rows)[count], size_t first)
{
    for (const Row &row : rows) {
        EXPECT_EQ(row.offset, first) << row.name;
        first += 8;
    }
}

TEST(PluginAbi, HasItsFieldsWhereTheyWereReleased)
{
    if (sizeof(void *) != 8)
        GTEST_SKIP() << "known for 64-bit pointers only";
    expectRow(plugin_rows, 16);
    expectRow(host_rows, 16);
    expectRow(auth_rows, 8);
    expectRow(crypt_rows, 8);
    EXPECT_EQ(offsetof(netsane_auth_params_v1, exchange), 8U);
    EXPECT_EQ(offsetof(netsane_auth_params_v1, user), 16U);
    EXPECT_EQ(offsetof(netsane_auth_params_v1, peer), 24U);
    EXPECT_EQ(offsetof(netsane_auth_params_v1, link), 32U);
    EXPECT_EQ(offsetof(netsane_auth_params_v1, attempt), 36U);
    EXPECT_EQ(offsetof(netsane_auth_params_v1, channel_binding), 40U);
    EXPECT_EQ(offsetof(netsane_auth_params_v1, channel_binding_size), 48U);
    EXPECT_EQ(offsetof(netsane_auth_params_v1, deadline_ms), 56U);
    EXPECT_EQ(offsetof(netsane_auth_params_v1, peer_name), 64U);
    EXPECT_EQ(offsetof(netsane_auth_step_v1, in), 8U);
    EXPECT_EQ(offsetof(netsane_auth_step_v1, out), 16U);
    EXPECT_EQ(offsetof(netsane_auth_step_v1, out_count), 24U);
    EXPECT_EQ(offsetof(netsane_auth_step_v1, wait_ms), 28U);
    EXPECT_EQ(offsetof(netsane_crypt_params_v1, peer), 8U);
    EXPECT_EQ(offsetof(netsane_crypt_params_v1, peer_name), 16U);
}

} // namespace
