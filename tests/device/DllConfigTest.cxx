#include "device/DllConfig.hxx"
#include "SaneTestConfig.hxx"

#include <gtest/gtest.h>

namespace netsane::test {

namespace {

using Names = std::vector<std::string>;

DllConfig read(const SaneTestConfig &config, const Names &excluded = {"netsane", "net"})
{
    return DllConfig::read(config.path(), excluded);
}

} // namespace

TEST(DllConfig, LeavesOutExcludedBackends)
{
    const SaneTestConfig config;
    EXPECT_EQ(read(config).backends(), Names{"test"});
    EXPECT_EQ(read(config, {}).backends(), (Names{"net", "test", "netsane"}));
}

TEST(DllConfig, ReadsNamesAsDllDoes)
{
    const SaneTestConfig config;
    config.write("dll.conf",
                 "  epson2\t# comment\n#hp\n\n\"net\"\n\"pixma\" # quoted\ntest#glued\nnet#x\nopen \"\n\"broken\n"
                 "dll\nfakeusb\n../evil\na:b\nepson2\nlast");
    EXPECT_EQ(read(config).backends(), (Names{"epson2", "pixma", "test", "open", "last"}));
}

TEST(DllConfig, ReadsDropInsFirstAndNoBackups)
{
    const SaneTestConfig config;
    config.write("dll.d/b", "beta\nnet\n");
    config.write("dll.d/a", "alpha\n");
    config.write("dll.d/a~", "backup\n");
    config.write("dll.d/.hidden", "hidden\n");
    config.write("dll.d/#x#", "emacs\n");
    config.write("dll.d/directory/x", "deep\n");
    EXPECT_EQ(read(config).backends(), (Names{"alpha", "beta", "test"}));
}

TEST(DllConfig, TakesTheFirstDirectoryThatHasTheFile)
{
    const SaneTestConfig first;
    const SaneTestConfig second;
    first.write("dll.conf", "one\n");
    second.write("dll.conf", "two\n");
    second.write("dll.d/x", "drop-in\n");
    const auto config = DllConfig::read("/nonexistent:" + first.path() + "::" + second.path() + ":", {});
    EXPECT_EQ(config.backends(), (Names{"drop-in", "one"}));
    EXPECT_TRUE(DllConfig::read("/nonexistent", {}).backends().empty());
    EXPECT_TRUE(DllConfig::read("", {}).backends().empty());
}

TEST(DllConfig, KeepsAliasesOfEnabledBackends)
{
    const SaneTestConfig config;
    config.write("dll.aliases", "# comment\nalias \"My Scanner\" test:0 # mine\nalias Short   test:1\nhide test:2\n"
                                "alias Net net:host:x\nalias Fake fakeusb:/x\nhide net:y\nalias broken\nfoo bar baz\n"
                                "alias \"open test:0\nalias a\"b test:0\n");
    const auto read_config = read(config);
    EXPECT_EQ(read_config.aliases(),
              (std::vector<DllAlias>{{"My Scanner", "test:0"}, {"Short", "test:1"}, {"", "test:2"}}));
    EXPECT_EQ(read_config.resolve("My Scanner"), "test:0");
    EXPECT_EQ(read_config.resolve("test:2"), "test:2");
    EXPECT_EQ(read_config.aliasesText(), "alias \"My Scanner\" test:0\nalias \"Short\" test:1\nhide test:2\n");
    EXPECT_FALSE(read_config.refusal("My Scanner"));
    EXPECT_TRUE(read_config.refusal("Net"));
    EXPECT_TRUE(read_config.refusal("Fake"));
}

TEST(DllConfig, RefusesNames)
{
    const SaneTestConfig config;
    const auto read_config = read(config);
    EXPECT_FALSE(read_config.refusal("test:0"));
    EXPECT_FALSE(read_config.refusal("test"));
    EXPECT_FALSE(read_config.refusal("test:a b/../c"));
    for (const auto name : {"", ":", ":0", "net:x", "netsane", "fakeusb:x", "fakeusbdev:x", "fakeusbout:x:test:0",
                            "tes", "test2:0", "te/st:0", "test :0", "..:x", "dll:0"})
        EXPECT_TRUE(read_config.refusal(name)) << name;
    EXPECT_TRUE(read_config.refusal(std::string_view("test:0\0x", 8)));
}

TEST(DllConfig, OnlyKeepsOneBackend)
{
    const SaneTestConfig config;
    config.write("dll.conf", "one\ntwo\n");
    config.write("dll.aliases", "alias A one:0\nalias B two:0\n");
    const auto only = read(config).only("two");
    EXPECT_EQ(only.confText(), "two\n");
    EXPECT_EQ(only.aliasesText(), "alias \"B\" two:0\n");
    EXPECT_EQ(read(config).only("net").confText(), "");
}

} // namespace netsane::test
