#include "config/ControlSocketPath.hxx"

#include <cstdlib>
#include <gtest/gtest.h>

using namespace netsane;

namespace {

constexpr const char *name = "XDG_RUNTIME_DIR";

// An environment variable that is as before at the end.
class RuntimeFolder : public testing::Test {
protected:
    RuntimeFolder()
    {
        if (const char *const value = std::getenv(name))
            before_ = value;
    }
    ~RuntimeFolder() override { before_ ? ::setenv(name, before_->c_str(), 1) : ::unsetenv(name); }

private:
    std::optional<std::string> before_;
};

using ControlSocketPath = RuntimeFolder;

} // namespace

TEST_F(ControlSocketPath, IsTheConfigurations)
{
    ::setenv(name, "/run/user/1", 1);
    const auto config = parseServerConfig("control_socket = \"/a/b\"", "f");
    EXPECT_EQ(controlSocketPath(config, "/run/netsane", true), "/a/b");
    EXPECT_EQ(controlSocketPath(config, "/run/netsane", false), "/a/b");
    const auto off = parseServerConfig("control_socket = \"\"", "f");
    EXPECT_EQ(controlSocketPath(off, "/run/netsane", true), "");
    EXPECT_EQ(controlSocketPath(off, "/run/netsane", false), "");
}

TEST_F(ControlSocketPath, DependsOnWhoStartsTheServer)
{
    const ServerConfig config;
    ::setenv(name, "/run/user/1", 1);
    EXPECT_EQ(controlSocketPath(config, "/run/netsane", true), "/run/netsane/control");
    EXPECT_EQ(controlSocketPath(config, "/run/netsane", false), "/run/user/1/netsane/control");
    const auto with_state = parseServerConfig("state_dir = \"/s\"", "f");
    ::setenv(name, "relative", 1);
    EXPECT_EQ(controlSocketPath(with_state, "/run/netsane", false), "/s/control");
    ::unsetenv(name);
    EXPECT_EQ(controlSocketPath(with_state, "/run/netsane", false), "/s/control");
}

TEST_F(ControlSocketPath, IsAbsoluteAndFitsIntoAnAddress)
{
    EXPECT_THROW(parseServerConfig("control_socket = \"control\"", "f"), ConfigError);
    EXPECT_THROW(parseServerConfig("control_socket = 1", "f"), ConfigError);
    EXPECT_NO_THROW(parseServerConfig("control_socket = \"/" + std::string(106, 'x') + "\"", "f"));
    EXPECT_THROW(parseServerConfig("control_socket = \"/" + std::string(107, 'x') + "\"", "f"), ConfigError);
}
