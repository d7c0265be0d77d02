#include "config/ServerConfig.hxx"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <unistd.h>

using namespace netsane;
using namespace std::chrono_literals;

namespace {

ServerConfig parse(const std::string &text)
{
    return parseServerConfig(text, "test.conf");
}

std::string errorOf(const std::string &text)
{
    try {
        parse(text);
        return "no error";
    } catch (const ConfigError &error) {
        return error.what();
    }
}

using Names = std::vector<std::string>;

} // namespace

TEST(ServerConfig, EmptyFileIsTheSafeDefaults)
{
    const auto config = parse("");
    ASSERT_EQ(config.listen.size(), 2u);
    EXPECT_EQ(config.listen[0].toString(), "127.0.0.1:6576");
    EXPECT_EQ(config.listen[1].toString(), "[::1]:6576");
    EXPECT_EQ(config.user, "netsane");
    EXPECT_EQ(config.group, "scanner");
    EXPECT_EQ(config.crypt, (Names{"tls", "none"}));
    EXPECT_EQ(config.auth, (Names{"crypt", "unix", "pam"}));
    EXPECT_EQ(config.auth_at, AuthAt::open);
    EXPECT_FALSE(config.allow_clear_passwords);
    EXPECT_EQ(config.auth_tries, 3u);
    EXPECT_EQ(config.auth_fail_delay, 2s);
    EXPECT_EQ(config.login_timeout, 60s);
    EXPECT_EQ(config.idle_timeout, 1800s);
    EXPECT_EQ(config.sandbox, (std::vector<std::string>{"session", "auth", "device", "discovery"}));
    EXPECT_FALSE(config.discovery);
    EXPECT_EQ(config.discovery_name, "");
    EXPECT_EQ(config.max_connections, 256u);
    EXPECT_EQ(config.max_connections_per_host, 64u);
    EXPECT_EQ(config.strangers(), 192u);
    EXPECT_EQ(config.strangersPerHost(), 48u);
    EXPECT_EQ(config.max_devices_per_user, 16u);
    EXPECT_EQ(config.plugin_dir, "") << "where the installed plugins are";
    EXPECT_EQ(config.groups_file, "") << "none";
    EXPECT_EQ(config.state_dir, "");
    EXPECT_EQ(config.sane_config_dir, "");
    EXPECT_EQ(config.sane_exclude, (Names{"netsane", "net"}));
    EXPECT_EQ(config.sane_list_timeout, 20s);
    EXPECT_EQ(config.sane_call_timeout, 120s);
    EXPECT_EQ(config.sane_close_timeout, 30s);
    EXPECT_EQ(config.sane_list_max_age, 10s);
    EXPECT_EQ(config.sane_list_refresh, std::nullopt);
    EXPECT_EQ(config.sane_warm, 2u);
    EXPECT_TRUE(config.allow.empty());
    EXPECT_TRUE(config.auth_settings.empty());
}

TEST(ServerConfig, ReadsEveryKey)
{
    const auto config = parse(R"(
listen = ["0.0.0.0:7000", "[::]", "unix:/run/n.sock", "localhost:0"]
user = "scan"
group = "lp"
crypt = ["none"]
auth = []
auth_at = "connect"
allow_clear_passwords = true
auth_tries = 5
auth_fail_delay = 0
login_timeout = 30
idle_timeout = 0
sandbox = ["session"]
max_connections = 10_000
max_connections_per_host = 7
max_strangers = 11
max_strangers_per_host = 5
max_devices_per_user = 3
plugin_dir = "/opt/plugins"
groups_file = "/etc/netsane/groups"
[sane]
config_dir = "/etc/sane-test"
exclude = []
list_timeout = 5
call_timeout = 60
close_timeout = 7
list_max_age = 0
list_refresh = 0
warm = 3
[auth_unix]
file = "/etc/netsane/users"
rounds = 5000
strict = true
off = false
empty = ""
[crypt_tls]
key = "/etc/key"
[auth_not-named]
x = 1
[[allow]]
users = ["alice", "@staff"]
hosts = ["192.168.0.0/16", "unix", "::1"]
devices = ["test:*"]
[[allow]]
users = ["anonymous"]
)");
    ASSERT_EQ(config.listen.size(), 4u);
    EXPECT_EQ(config.listen[1].toString(), "[::]:6576");
    EXPECT_EQ(config.listen[2].unix_path, "/run/n.sock");
    EXPECT_EQ(config.user, "scan");
    EXPECT_EQ(config.group, "lp");
    EXPECT_EQ(config.crypt, Names{"none"});
    EXPECT_TRUE(config.auth.empty());
    EXPECT_EQ(config.auth_at, AuthAt::connect);
    EXPECT_TRUE(config.allow_clear_passwords);
    EXPECT_EQ(config.auth_tries, 5u);
    EXPECT_EQ(config.auth_fail_delay, 0s);
    EXPECT_EQ(config.login_timeout, 30s);
    EXPECT_EQ(config.idle_timeout, 0s);
    EXPECT_EQ(config.sandbox, std::vector<std::string>{"session"});
    EXPECT_EQ(config.max_connections, 10'000u);
    EXPECT_EQ(config.max_connections_per_host, 7u);
    EXPECT_EQ(config.strangers(), 11u);
    EXPECT_EQ(config.strangersPerHost(), 5u);
    EXPECT_EQ(config.max_devices_per_user, 3u);
    EXPECT_EQ(config.plugin_dir, "/opt/plugins");
    EXPECT_EQ(config.groups_file, "/etc/netsane/groups");
    EXPECT_EQ(config.sane_config_dir, "/etc/sane-test");
    EXPECT_TRUE(config.sane_exclude.empty());
    EXPECT_EQ(config.sane_list_timeout, 5s);
    EXPECT_EQ(config.sane_call_timeout, 60s);
    EXPECT_EQ(config.sane_close_timeout, 7s);
    EXPECT_EQ(config.sane_list_max_age, 0s);
    EXPECT_EQ(config.sane_list_refresh, 0s);
    EXPECT_EQ(config.sane_warm, 3u);
    EXPECT_EQ(
        config.auth_settings.at("unix"),
        (MethodSettings{
            {"file", "/etc/netsane/users"}, {"rounds", "5000"}, {"strict", "true"}, {"off", "false"}, {"empty", ""}}));
    EXPECT_EQ(config.auth_settings.at("not-named"), (MethodSettings{{"x", "1"}}));
    EXPECT_EQ(config.crypt_settings.at("tls"), (MethodSettings{{"key", "/etc/key"}}));
    ASSERT_EQ(config.allow.size(), 2u);
    EXPECT_EQ(config.allow[0].users, (Names{"alice", "@staff"}));
    EXPECT_EQ(config.allow[0].hosts, (Names{"192.168.0.0/16", "unix", "::1"}));
    EXPECT_EQ(config.allow[0].devices, Names{"test:*"});
    EXPECT_EQ(config.allow[0].line, 40u);
    EXPECT_EQ(config.allow[1].line, 44u);
    EXPECT_TRUE(config.allow[1].hosts.empty());
}

TEST(ServerConfig, NamesFileLineAndKeyOfMistakes)
{
    const struct {
        const char *text;
        const char *error; // how it begins
    } table[] = {
        {"colour = 1", "test.conf:1: colour: unknown key"},
        {"\n\nzz = 1\naa = 2", "test.conf:3: zz: unknown key"},
        {"[sane]\ntimeout = 1", "test.conf:2: sane.timeout: unknown key"},
        {"[[allow]]\nuser = [\"a\"]", "test.conf:2: allow.user: unknown key"},
        {"[saned]", "test.conf:1: saned: unknown key"},
        {"[auth_]", "test.conf:1: auth_: unknown key"},
        {"[auth_Unix]", "test.conf:1: auth_Unix: unknown key"},
        {"auth_unix = 1", "test.conf:1: auth_unix: unknown key"},
        {"[[auth_unix]]", "test.conf:1: auth_unix: unknown key"},
        {"listen = \"127.0.0.1\"", "test.conf:1: listen: must be a list of strings, not a string"},
        {"listen = []", "test.conf:1: listen: must not be an empty list"},
        {"listen = [1]", "test.conf:1: listen: must be a string, not an integer"},
        {"listen = [\n\"127.0.0.1\",\n\"::1\"]", "test.conf:3: listen: \"::1\": an IPv6 address stands in brackets"},
        {"listen = [\"a\", \"a:6576\"]", "test.conf:1: listen: \"a:6576\": a:6576 stands there twice"},
        {"user = 5", "test.conf:1: user: must be a string, not an integer"},
        {"user = \"\"", "test.conf:1: user: must not be empty"},
        {"user = \"a\\u0000b\"", "test.conf:1: user: there is a control character in it"},
        {"group = [\"a\"]", "test.conf:1: group: must be a string, not a list"},
        {"crypt = []", "test.conf:1: crypt: must not be an empty list"},
        {"crypt = [\"../tls\"]", "test.conf:1: crypt: \"../tls\": the name of a method"},
        {"auth = [\"unix\", \"unix\"]", "test.conf:1: auth: \"unix\" stands there twice"},
        {"auth = [\"UNIX\"]", "test.conf:1: auth: \"UNIX\": the name of a method"},
        {"auth = [\"\"]", "test.conf:1: auth: must not be empty"},
        {"auth_at = \"never\"", "test.conf:1: auth_at: \"never\": must be \"connect\" or \"open\""},
        {"auth_at = true", "test.conf:1: auth_at: must be a string, not true or false"},
        {"[auth_at]", "test.conf:1: auth_at: must be a string, not a section"},
        {"allow_clear_passwords = 1", "test.conf:1: allow_clear_passwords: must be true or false, not an integer"},
        {"auth_tries = 0", "test.conf:1: auth_tries: 0 is out of range, 1 to 100 are possible"},
        {"auth_tries = 101", "test.conf:1: auth_tries: 101 is out of range"},
        {"auth_tries = \"3\"", "test.conf:1: auth_tries: must be an integer, not a string"},
        {"login_timeout = 1.5", "test.conf:1: login_timeout: must be an integer, not a number with a point"},
        {"login_timeout = 1979-05-27", "test.conf:1: login_timeout: must be an integer, not a date or time"},
        {"login_timeout = 0", "test.conf:1: login_timeout: 0 is out of range"},
        {"auth_fail_delay = -1", "test.conf:1: auth_fail_delay: -1 is out of range"},
        {"idle_timeout = 9223372036854775807", "test.conf:1: idle_timeout: 9223372036854775807 is out of range"},
        {"sandbox = [\"lister\"]",
         R"(test.conf:1: sandbox: "lister": must be "session", "auth", "device" or "discovery")"},
        {"discovery_name = \"0123456789012345678901234567890123456789012345678901234567890123\"",
         "test.conf:1: discovery_name: a name is 1 to 63 bytes of text"},
        {"discovery_name = \"a\\u0085b\"", "test.conf:1: discovery_name: a name is 1 to 63 bytes of text"},
        {"max_connections = 0", "test.conf:1: max_connections: 0 is out of range"},
        {"max_strangers = 0", "test.conf:1: max_strangers: 0 is out of range"},
        {"max_connections_per_host = 4294967297", "test.conf:1: max_connections_per_host: 4294967297 is out of"},
        {"plugin_dir = \"lib\"", "test.conf:1: plugin_dir: \"lib\": must be an absolute path"},
        {"sane = 1", "test.conf:1: sane: must be a section, [sane], not an integer"},
        {"[sane]\nconfig_dir = \"x\"", "test.conf:2: sane.config_dir: \"x\": must be an absolute path"},
        {"[sane]\nlist_timeout = 0", "test.conf:2: sane.list_timeout: 0 is out of range"},
        {"[sane]\nexclude = [1]", "test.conf:2: sane.exclude: must be a string, not an integer"},
        {"[auth_unix]\nfile = [\"a\"]", "test.conf:2: auth_unix.file: must be a string, an integer, true or false"},
        {"[auth_unix]\n\"a b\" = 1", "test.conf:2: auth_unix.a b: a key is 1 to 64"},
        {"[auth_unix]\nfile = \"a\\nb\"", "test.conf:2: auth_unix.file: there is a control character in it"},
        {"allow = []", "test.conf:1: allow: must be one section or more, [[allow]], not an empty list"},
        {"allow = [1]", "test.conf:1: allow: must be one section or more, [[allow]], not an integer"},
        {"[allow]", "test.conf:1: allow: must be one section or more, [[allow]], not a section"},
        {"[[allow]]\nusers = []", "test.conf:2: allow.users: must not be an empty list"},
        {"[[allow]]\nusers = [\"@\"]", "test.conf:2: allow.users: \"@\": the name of a group is missing"},
        {"[[allow]]\n[[allow]]\nhosts = [\"10.0.0.1/8\"]", "test.conf:3: allow.hosts: \"10.0.0.1/8\": bits are set"},
        {"[[allow]]\nhosts = [\"localhost\"]", "test.conf:2: allow.hosts: \"localhost\": no IP address"},
        {"[[allow]]\ndevices = [\"\"]", "test.conf:2: allow.devices: must not be empty"},
        {"user = \"a\"\nuser = \"b\"", "test.conf:2: "},
        {"user = ", "test.conf:1: "},
        {"\n\nuser \"a\"", "test.conf:3: "},
        {"\xff\xfe", "test.conf:1: "},
        {"auth = [\"unix\"]\n[auth.unix]\nfile = \"x\"", "test.conf:"},
    };
    for (const auto &row : table)
        EXPECT_EQ(errorOf(row.text).substr(0, std::string(row.error).size()), row.error) << errorOf(row.text);
}

TEST(ServerConfig, ExplainsSectionsOfMethods)
{
    EXPECT_NE(errorOf("auth = [\"unix\"]\n[auth.unix]\nfile = \"x\"").find("[auth_unix]"), std::string::npos);
    EXPECT_NE(errorOf("crypt = [\"tls\"]\n[crypt.tls]\nkey = \"x\"").find("[crypt_tls]"), std::string::npos);
}

TEST(ServerConfig, SurvivesDeepNestingAndLongStrings)
{
    EXPECT_NE(errorOf("listen = " + std::string(100'000, '[')), "no error");
    EXPECT_NE(errorOf("user = \"" + std::string(5000, 'x') + "\"").find("longer than"), std::string::npos);
}

TEST(ServerConfig, SurvivesBeingCutAnywhere)
{
    const std::string text = "listen = [\"127.0.0.1:0\"]\nauth = [\"unix\"]\n[auth_unix]\nfile = \"/x\"\n"
                             "[[allow]]\nusers = [\"a\"]\nhosts = [\"10.0.0.0/8\"]\n";
    for (std::size_t size = 0; size <= text.size(); ++size) {
        const std::string error = errorOf(text.substr(0, size));
        EXPECT_TRUE(error == "no error" || error.starts_with("test.conf:")) << size << ": " << error;
    }
}

TEST(ReadServerConfig, ReadsAFileAndNamesIt)
{
    char path[] = "/tmp/netsane-config-XXXXXX";
    ::close(::mkstemp(path));
    std::ofstream(path) << "auth_tries = 9\n";
    EXPECT_EQ(readServerConfig(path).auth_tries, 9u);
    std::ofstream(path) << "\nauth_tries = 0\n";
    try {
        readServerConfig(path);
        ADD_FAILURE();
    } catch (const ConfigError &error) {
        EXPECT_EQ(std::string(error.what()).find(std::string(path) + ":2: auth_tries: "), 0u) << error.what();
    }
    ::unlink(path);
    EXPECT_THROW(readServerConfig(path), ConfigError);
    EXPECT_THROW(readServerConfig("/tmp"), ConfigError);
    EXPECT_THROW(readServerConfig("/dev/zero"), ConfigError);
}

TEST(ReadServerConfig, TakesTheFileThatIsInstalled)
{
    const auto config = readServerConfig(NETSANE_SHIPPED_CONFIG);
    EXPECT_EQ(config.crypt, (Names{"tls", "none"}));
    EXPECT_EQ(config.auth, Names{"unix"});
    for (const auto &address : config.listen)
        EXPECT_TRUE(address.host == "127.0.0.1" || address.host == "::1") << address.toString();
    EXPECT_EQ(config.auth_settings.at("unix").at("file"), NETSANE_SYSCONFDIR "/netsane/users");
}
