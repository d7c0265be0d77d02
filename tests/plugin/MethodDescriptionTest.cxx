#include "plugin/MethodDescription.hxx"

#include "plugin/PluginError.hxx"

#include <cstring>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <memory>
#include <vector>

namespace netsane {
namespace {

using testing::HasSubstr;

constexpr uint32_t both_roles = NETSANE_ROLE_SERVER | NETSANE_ROLE_CLIENT;

uint32_t start(void *, const netsane_auth_params_v1 *, void **)
{
    return NETSANE_VERDICT_FAIL;
}
uint32_t step(void *, netsane_auth_step_v1 *)
{
    return NETSANE_VERDICT_FAIL;
}
void release(void *) {}

netsane_auth_ops_v1 operations()
{
    return {sizeof(netsane_auth_ops_v1), 0, start, step, nullptr, release};
}

netsane_plugin_v1 descriptor(const netsane_auth_ops_v1 *server)
{
    netsane_plugin_v1 plugin{};
    plugin.struct_size = sizeof plugin;
    plugin.kind = NETSANE_KIND_AUTH;
    plugin.method_id = 7;
    plugin.name = "seven";
    plugin.version = "1.2";
    plugin.auth_server = server;
    return plugin;
}

std::string refusal(const netsane_plugin_v1 &plugin, uint32_t roles = both_roles)
{
    try {
        describeMethod(&plugin, PluginKind::Auth, "seven", roles);
    } catch (const PluginError &error) {
        return error.what();
    }
    return "(accepted)";
}

/// A good descriptor with one change.
std::string refusalAfter(const std::function<void(netsane_plugin_v1 &, netsane_auth_ops_v1 &)> &change)
{
    netsane_auth_ops_v1 server = operations();
    netsane_plugin_v1 plugin = descriptor(&server);
    change(plugin, server);
    return refusal(plugin);
}

TEST(MethodDescription, TakesOverWhatIsGood)
{
    const netsane_auth_ops_v1 server = operations();
    const netsane_plugin_v1 plugin = descriptor(&server);
    const MethodDescription method = describeMethod(&plugin, PluginKind::Auth, "seven", both_roles);
    EXPECT_EQ(method.id, 7U);
    EXPECT_EQ(method.name, "seven");
    EXPECT_EQ(method.version, "1.2");
    EXPECT_EQ(method.auth_server.step, step);
    EXPECT_EQ(method.auth_client.struct_size, 0U);
}

TEST(MethodDescription, TakesALargerStructOfALaterMinorVersion)
{
    const netsane_auth_ops_v1 server = operations();
    struct Larger {
        netsane_plugin_v1 plugin;
        void *later;
    } larger{descriptor(&server), nullptr};
    larger.plugin.struct_size = sizeof larger;
    EXPECT_EQ(describeMethod(&larger.plugin, PluginKind::Auth, "seven", both_roles).id, 7U);
}

TEST(MethodDescription, ReadsNothingBeyondTheStatedSize)
{
    // four bytes on the heap, so that the address sanitizer sees any read behind them
    for (const uint32_t size : {0U, 3U, 4U, 79U}) {
        const auto memory = std::make_unique<uint64_t[]>((std::max<size_t>(size, 4) + 7) / 8);
        std::memcpy(memory.get(), &size, sizeof size);
        const auto *const plugin = reinterpret_cast<const netsane_plugin_v1 *>(memory.get());
        EXPECT_THROW(describeMethod(plugin, PluginKind::Auth, "seven", both_roles), PluginError) << size;
    }
}

TEST(MethodDescription, RefusesImpossibleStructs)
{
    using P = netsane_plugin_v1;
    using O = netsane_auth_ops_v1;
    EXPECT_EQ(refusalAfter([](P &, O &) {}), "(accepted)");
    const struct {
        std::function<void(P &, O &)> change;
        const char *reason;
    } rows[] = {
        {[](P &p, O &) { p.struct_size = 1U << 20U; }, "impossible struct_size of 1048576"},
        {[](P &p, O &) { p.kind = NETSANE_KIND_CRYPT; }, "is of kind 2, not an auth method"},
        {[](P &p, O &) { p.name = "eight"; }, "calls itself \"eight\""},
        {[](P &p, O &) { p.name = nullptr; }, "has no name"},
        {[](P &p, O &) { p.version = nullptr; }, "has no version"},
        {[](P &p, O &) { p.version = ""; }, "has a version that is empty or too long"},
        {[](P &p, O &) { p.method_id = 0x10000; }, "has the method id 65536, above 65535"},
        {[](P &p, O &) { p.flags = 0x80; }, "has flags that this version doesn't know for its kind: 128"},
        {[](P &p, O &) { p.flags = NETSANE_FLAG_PASSTHROUGH; }, "has flags that this version doesn't know"},
        {[](P &p, O &) { p.auth_server = nullptr; }, "supports no role"},
        {[](P &, O &o) { o.struct_size = 16; }, "its server operations is too small: struct_size 16"},
        {[](P &, O &o) { o.start = nullptr; }, "its server operations lack one of start, step, free"},
        {[](P &, O &o) { o.step = nullptr; }, "lack one of"},
        {[](P &, O &o) { o.free = nullptr; }, "lack one of"},
        {[](P &p, O &) {
             static const netsane_crypt_ops_v1 crypt{};
             p.crypt_client = &crypt;
         },
         "has operations of the other kind"},
    };
    for (const auto &row : rows)
        EXPECT_THAT(refusalAfter(row.change), HasSubstr(row.reason));
}

TEST(MethodDescription, RefusesAMisalignedStruct)
{
    const netsane_auth_ops_v1 server = operations();
    const netsane_plugin_v1 plugin = descriptor(&server);
    std::vector<char> memory(sizeof plugin + 1);
    std::memcpy(memory.data() + 1, &plugin, sizeof plugin);
    const void *const odd = memory.data() + 1;
    EXPECT_THROW(describeMethod(static_cast<const netsane_plugin_v1 *>(odd), PluginKind::Auth, "seven", both_roles),
                 PluginError);
}

TEST(MethodDescription, RefusesAMethodWithoutTheWantedRole)
{
    const netsane_auth_ops_v1 server = operations();
    const netsane_plugin_v1 plugin = descriptor(&server);
    EXPECT_EQ(refusal(plugin, NETSANE_ROLE_SERVER), "(accepted)");
    EXPECT_EQ(refusal(plugin, NETSANE_ROLE_CLIENT), "doesn't support the role of a client");
}

TEST(MethodDescription, RefusesACryptMethodThatLacksAFunction)
{
    netsane_crypt_ops_v1 empty{};
    empty.struct_size = sizeof empty;
    netsane_plugin_v1 plugin = descriptor(nullptr);
    plugin.kind = NETSANE_KIND_CRYPT;
    plugin.crypt_server = &empty;
    try {
        describeMethod(&plugin, PluginKind::Crypt, "seven", both_roles);
        FAIL();
    } catch (const PluginError &error) {
        EXPECT_THAT(error.what(), HasSubstr("lack one of create, push_wire"));
    }
}

} // namespace
} // namespace netsane
