#include "plugin/PluginHost.hxx"
#include "tests/plugin/ModuleFolder.hxx"
#include "tests/plugin/TestServices.hxx"

#include <gtest/gtest.h>

namespace netsane {
namespace {

TEST(CryptNone, IsAnOrdinaryMethodThatMayBeSkipped)
{
    const ModuleFolder folder;
    folder.add("crypt_none");
    TestServices services;
    services.test_only = false;
    PluginHost host(folder.path(), services);
    const Method &method = host.load(PluginKind::Crypt, "none");
    EXPECT_EQ(method.id(), 0U);
    EXPECT_TRUE(method.has(NETSANE_FLAG_PASSTHROUGH));
    EXPECT_TRUE(method.supports(Role::Server));
    EXPECT_TRUE(method.supports(Role::Client));
}

} // namespace
} // namespace netsane
