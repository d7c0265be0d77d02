#include "config/ClientConfig.hxx"
#include "config/ConfigWords.hxx"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace netsane {

TEST(ServerName, ParsesWhatPeopleWrite)
{
    struct Case {
        const char *text;
        const char *host;
        unsigned port;
        const char *unix_path;
    };
    for (const auto &c :
         {Case{"scan.example.org", "scan.example.org", 6576, ""}, Case{"a:1", "a", 1, ""},
          Case{"192.0.2.1:65535", "192.0.2.1", 65535, ""}, Case{"[::1]", "::1", 6576, ""},
          Case{"[unix]:7", "unix", 7, ""}, Case{"unix", "unix", 6576, ""}, Case{"[a%b]", "a%b", 6576, ""},
          Case{"[fe80::1%eth0]:7", "fe80::1%eth0", 7, ""}, Case{"unix:/run/n.sock", "", 6576, "/run/n.sock"}}) {
        const auto name = parseServerName(c.text);
        ASSERT_TRUE(name) << c.text;
        EXPECT_EQ(c.host, name->host);
        EXPECT_EQ(c.port, name->port);
        EXPECT_EQ(c.unix_path, name->unix_path);
        EXPECT_EQ(name, parseServerName(name->text()));
        EXPECT_EQ(name, parseServerName(name->textWithPort()));
    }
    for (const char *text : {"", ":", "a:", "a:0", "a:65536", "a:b", "a:1:", "[::1", "[]", "[a b]", "a/b", "a b", "::1",
                             "unix:", "unix:x", "unix:/a:b", "a:1:2"})
        EXPECT_FALSE(parseServerName(text)) << text;
}

TEST(ServerName, SplitsDeviceNames)
{
    struct Case {
        const char *text;
        const char *server;
        const char *device;
    };
    for (const auto &c : {Case{"a:test:0", "a", "test:0"}, Case{"a:77:test:0", "a:77", "test:0"}, Case{"a", "a", ""},
                          Case{"a:77", "a:77", ""}, Case{"[::1]:epson2:/dev/x", "[::1]", "epson2:/dev/x"},
                          Case{"unix:/run/s:test:0", "unix:/run/s", "test:0"}, Case{"unix:/run/s", "unix:/run/s", ""},
                          Case{"a:6576:5:x", "a", "5:x"}}) {
        const auto parsed = parseDeviceName(c.text);
        ASSERT_TRUE(parsed) << c.text;
        EXPECT_EQ(c.server, parsed->first.text());
        EXPECT_EQ(c.device, parsed->second);
    }
}

TEST(ClientConfig, ServersTakeTheDefaultsWhereverTheyStand)
{
    ClientConfig config;
    config.parse("# comment\nalpha tls=off user=\"jo smith\" # rest\n\n\tbeta:7000  connect_timeout=9\r\n"
                 "connect_timeout = 3\nauth = crypt unix\ntls=prefer\nuser = anna\npassword = \"a b#c\"\n",
                 "f");
    EXPECT_TRUE(config.problems().empty()) << config.problems().front();
    const auto servers = config.servers();
    ASSERT_EQ(2U, servers.size());
    EXPECT_EQ(TlsMode::off, servers[0].settings.tls);
    EXPECT_EQ("jo smith", servers[0].settings.user);
    EXPECT_FALSE(servers[0].settings.password); // it is anna's
    EXPECT_EQ(std::chrono::seconds(3), servers[0].settings.connect_timeout);
    EXPECT_EQ("beta:7000", servers[1].name.text());
    EXPECT_EQ(std::chrono::seconds(9), servers[1].settings.connect_timeout);
    EXPECT_EQ(TlsMode::prefer, servers[1].settings.tls);
    EXPECT_EQ("a b#c", servers[1].settings.password);
    EXPECT_EQ((std::vector<std::string>{"crypt", "unix"}), servers[1].settings.auth);
    EXPECT_EQ("anna", config.settingsFor(*parseServerName("elsewhere")).user);
}

TEST(ClientConfig, BrokenLinesAreLeftOutAndReported)
{
    struct Case {
        const char *line;
        const char *expected;
    };
    for (const auto &c :
         {Case{"no/host", "f:2: \"no/host\" is no server"}, Case{"alpha colour=1", "f:2: unknown key \"colour\""},
          Case{"alpha tls", "f:2: expected key=value"}, Case{"tls = maybe", "f:2: bad value of \"tls\""},
          Case{"connect_timeout = 0", "f:2: bad value of \"connect_timeout\""},
          Case{"connect_timeout = 9999", "f:2: bad"}, Case{"user =", "f:2: bad value of \"user\""},
          Case{"auth = ../x", "f:2: bad value of \"auth\""}, Case{"ca = rel", "f:2: bad value of \"ca\""},
          Case{"key = rel", "f:2: bad value of \"key\""}, Case{"certificate =", "f:2: bad value of \"certificate\""},
          Case{"min_version = 1.1", "f:2: bad value of \"min_version\", expected 1.3 or 1.2"},
          Case{"known_servers = rel", "f:2: bad value of \"known_servers\""}, Case{"plugin_dir = rel", "f:2: bad"},
          Case{"alpha user=\"x", "f:2: quote"}, Case{"allow_clear_passwords = perhaps", "f:2: bad"},
          Case{"= x", "f:2: unknown key \"\""}}) {
        ClientConfig config;
        config.parse(std::string("good\n") + c.line + "\nalso.good\n", "f");
        ASSERT_EQ(1U, config.problems().size()) << c.line;
        EXPECT_EQ(0U, config.problems()[0].find(c.expected)) << config.problems()[0];
        EXPECT_EQ(2U, config.servers().size()) << c.line;
    }
}

TEST(ClientConfig, HowServersAreTrustedIsSaidPerServerOrForAll)
{
    ClientConfig config;
    config.parse("ca = /all.pem\nkey = /k\ncertificate = /c\nmin_version = 1.2\nknown_servers = /known\ntls = off\n"
                 "alpha ca=/own.pem certificate=/oc key=/ok min_version=1.3 known_servers=/own tls=off\nbeta\n",
                 "f");
    EXPECT_TRUE(config.problems().empty()) << config.problems().front();
    const auto alpha = config.settingsFor(*parseServerName("alpha"));
    EXPECT_EQ("/own.pem", alpha.ca);
    EXPECT_EQ("/oc", alpha.certificate);
    EXPECT_EQ("/ok", alpha.key);
    EXPECT_EQ("1.3", alpha.min_version);
    EXPECT_EQ("/own", alpha.known_servers);
    EXPECT_FALSE(alpha.tls_by_default);
    const auto beta = config.settingsFor(*parseServerName("beta"));
    EXPECT_EQ("/all.pem", beta.ca);
    EXPECT_EQ("/c", beta.certificate);
    EXPECT_EQ("/k", beta.key);
    EXPECT_EQ("1.2", beta.min_version);
    EXPECT_EQ("/known", beta.known_servers);
    EXPECT_EQ(TlsMode::off, beta.tls);
    EXPECT_TRUE(beta.tls_by_default);
}

TEST(ClientConfig, ACertificateNeedsItsKeyFromTheSamePlace)
{
    ClientConfig config;
    config.parse("certificate = /c\n\nalpha certificate=/c\nbeta key=/k\ngamma\n", "f");
    ASSERT_EQ(3U, config.problems().size());
    EXPECT_EQ("f:3: \"certificate\" without its \"key\"", config.problems()[0]);
    EXPECT_EQ("f:4: \"key\" without its \"certificate\"", config.problems()[1]);
    EXPECT_EQ("f:1: \"certificate\" without its \"key\"", config.problems()[2]);
    EXPECT_FALSE(config.settingsFor(*parseServerName("gamma")).certificate);
}

TEST(ClientConfig, AServerWhoseLineIsNotRightIsNotConnectedTo)
{
    for (const char *line :
         {"alpha ca=relative", "alpha tls=requre", "alpha ca", "alpha certificate=/c", "alpha password=x ca"}) {
        ClientConfig config;
        config.parse(std::string("beta\n") + line + "\n", "f");
        const auto fault = config.settingsFor(*parseServerName("alpha")).fault;
        ASSERT_TRUE(fault) << line;
        EXPECT_EQ(0U, fault->find("f:2: ")) << *fault;
        EXPECT_FALSE(config.settingsFor(*parseServerName("beta")).fault);
    }
    ClientConfig config;
    config.parse("alpha\nbeta ca=/b\nca = relative\n", "f");
    EXPECT_EQ("f:3: bad value of \"ca\", expected an absolute path",
              config.settingsFor(*parseServerName("alpha")).fault);
    EXPECT_FALSE(config.settingsFor(*parseServerName("beta")).fault);
}

TEST(ClientConfig, QuotesInCommentsAreNoQuotes)
{
    ClientConfig config;
    config.parse("alpha # the 19\" rack\nuser = \"x # y\" # 19\"\n# \"\nbeta password=\"a\"#b\n", "f");
    EXPECT_TRUE(config.problems().empty()) << config.problems().front();
    ASSERT_EQ(2U, config.servers().size());
    EXPECT_EQ("x # y", config.servers()[0].settings.user);
    EXPECT_EQ("a#b", config.servers()[1].settings.password);
}

TEST(ClientConfig, TheFirstLineOfAServerCountsAlsoWhereItIsNotRight)
{
    ClientConfig config;
    config.parse("alpha ca=relative\nalpha tls=off\nbeta\nbeta ca=relative\n", "f");
    config.addServers("alpha gamma", "NETSANE_SERVERS");
    ASSERT_EQ(2U, config.problems().size());
    EXPECT_EQ(config.problems()[0], config.settingsFor(*parseServerName("alpha")).fault);
    EXPECT_FALSE(config.settingsFor(*parseServerName("beta")).fault);
    const auto servers = config.servers();
    ASSERT_EQ(2U, servers.size());
    EXPECT_EQ("beta", servers[0].name.text());
    EXPECT_EQ("gamma", servers[1].name.text());
}

TEST(ClientConfig, AServerHasItsSettingsHoweverItIsWritten)
{
    ClientConfig config;
    config.parse("Scan.Example ca=/a\n[2001:DB8:0::1] ca=/b\n", "f");
    config.addServers("scan.example:6576 scan.example.", "NETSANE_SERVERS");
    EXPECT_EQ(2U, config.servers().size());
    for (const char *name : {"scan.example", "SCAN.example:6576", "scan.example."})
        EXPECT_EQ("/a", config.settingsFor(*parseServerName(name)).ca) << name;
    EXPECT_EQ("/b", config.settingsFor(*parseServerName("[2001:db8::0:1]:6576")).ca);
    for (const char *name : {"scan.example:6577", "scan.example.org", "[2001:db8::2]", "[2001:db8::1%eth0]"})
        EXPECT_FALSE(config.settingsFor(*parseServerName(name)).ca) << name;
}

TEST(ClientConfig, DefaultsOfTrustThatAreNotRightTrustNobody)
{
    ClientConfig config;
    config.parse("known_servers = relative\ntls = reqire\nalpha ca=/a\nbeta tls=prefer\n", "f");
    ASSERT_EQ(2U, config.problems().size());
    EXPECT_FALSE(config.settingsFor(*parseServerName("alpha")).fault);
    EXPECT_EQ(config.problems()[0], config.settingsFor(*parseServerName("beta")).fault);
    EXPECT_EQ(TlsMode::require, config.settingsFor(*parseServerName("alpha")).tls);
    EXPECT_EQ(TlsMode::prefer, config.settingsFor(*parseServerName("beta")).tls);
}

TEST(ClientConfig, AnyBytesAreSurvived)
{
    unsigned state = 1;
    for (int round = 0; round < 2000; ++round) {
        std::string text;
        for (int i = 0; i < 60; ++i) {
            state = state * 1664525 + 1013904223;
            text += "ab=:\"[]# \n\t\0\xff%/,unix"[(state >> 16) % 21];
        }
        ClientConfig config;
        config.parse(text, "f");
        for (const auto &server : config.servers())
            EXPECT_TRUE(parseServerName(server.name.text())) << server.name.text();
    }
}

TEST(ConfigWords, ALongLineTakesMemoryOfItsOwnSize)
{
    constexpr std::size_t words = 20'000;
    std::string line;
    for (std::size_t i = 0; i < words; ++i)
        line += "a ";
    const auto split = ConfigWords::split(line);
    ASSERT_TRUE(split);
    ASSERT_EQ(words, split->size());
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < words; ++i)
        bytes += (*split)[i].capacity();
    EXPECT_LT(bytes, 20 * line.size());
}

TEST(ClientConfig, PasswordsInFilesThatOthersReadAreNotUsed)
{
    char folder[] = "/tmp/netsane-test-XXXXXX";
    ASSERT_NE(nullptr, ::mkdtemp(folder));
    const std::string file = std::string(folder) + "/netsane.conf";
    std::ofstream(file) << "alpha user=x password=y\n";
    for (const bool open : {false, true}) {
        ASSERT_EQ(0, ::chmod(file.c_str(), open ? 0644 : 0640));
        ClientConfig config;
        config.readFrom({"/nonexistent", folder});
        ASSERT_EQ(1U, config.servers().size());
        EXPECT_EQ(!open, config.servers()[0].settings.password.has_value());
        EXPECT_EQ(open ? 1U : 0U, config.problems().size());
    }
    ::unlink(file.c_str());
    ::rmdir(folder);
}

TEST(ClientConfig, AnotherUsersFileWhereTheProgramWasStartedIsNotUsed)
{
    if (::geteuid() != 0)
        GTEST_SKIP() << "only root can give a file away";
    char folder[] = "/tmp/netsane-test-XXXXXX";
    ASSERT_NE(nullptr, ::mkdtemp(folder));
    const std::string file = std::string(folder) + "/netsane.conf";
    std::ofstream(file) << "alpha tls=off allow_clear_passwords=yes\n";
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(folder);
    for (const uid_t owner : {0U, 12345U}) {
        ASSERT_EQ(0, ::chown(file.c_str(), owner, 0));
        ClientConfig here;
        here.readFrom({"."});
        EXPECT_EQ(owner == 0 ? 1U : 0U, here.servers().size());
        EXPECT_EQ(owner == 0 ? 0U : 1U, here.problems().size());
        // A folder that somebody has named is that person's choice.
        ClientConfig named;
        named.readFrom({folder});
        EXPECT_EQ(1U, named.servers().size());
    }
    std::filesystem::current_path(before);
    std::filesystem::remove_all(folder);
}

TEST(ClientConfig, FoldersAreThoseOfSane)
{
    using Folders = std::vector<std::string>;
    EXPECT_EQ((Folders{".", "/etc/sane.d"}), saneConfigFolders(nullptr, "/etc/sane.d"));
    EXPECT_EQ((Folders{"/a"}), saneConfigFolders("/a", "/etc/sane.d"));
    EXPECT_EQ((Folders{"/a", "/b", ".", "/etc/sane.d"}), saneConfigFolders("/a:/b:", "/etc/sane.d"));
    EXPECT_EQ(Folders{}, saneConfigFolders("", "/etc/sane.d"));
}

TEST(ClientConfig, DiscoverIsForNoServerAlone)
{
    ClientConfig config;
    EXPECT_EQ(Discover::yes, config.discover());
    config.parse("discover = all\nalpha discover=no\n", "x");
    EXPECT_EQ(Discover::all, config.discover());
    ASSERT_EQ(1U, config.problems().size());
    EXPECT_EQ("x:2: unknown key \"discover\"", config.problems()[0]);
    EXPECT_TRUE(config.names(*parseServerName("ALPHA.")));
    EXPECT_FALSE(config.names(*parseServerName("beta")));
    config.parse("discover=false", "x");
    EXPECT_EQ(Discover::no, config.discover());
    config.parse("discover = yes\ndiscover = perhaps", "x");
    EXPECT_EQ(Discover::no, config.discover()) << "what isn't right looks for nothing";
    EXPECT_EQ("x:2: bad value of \"discover\", expected yes, no or all", config.problems().back());
}

TEST(ClientConfig, ServersOfTheEnvironment)
{
    ClientConfig config;
    config.addServers("alpha, [::1]:9  bad/ unix:/x", "NETSANE_SERVERS");
    EXPECT_EQ(3U, config.servers().size());
    ASSERT_EQ(1U, config.problems().size());
    EXPECT_EQ("NETSANE_SERVERS: \"bad/\" is no server", config.problems()[0]);
}

} // namespace netsane
