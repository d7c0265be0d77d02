#include "client/DiscoveredServers.hxx"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>

namespace netsane {

namespace {

using Strings = std::vector<std::string>;

constexpr const char *pi = "found pi.local 6576 10.0.0.1 there offered Pi\n";

// A program that says what the test wants, in place of netsane-browse.
class DiscoveredServersTest : public testing::Test {
protected:
    DiscoveredServersTest()
    {
        char path[] = "/tmp/netsane-discovered-XXXXXX";
        folder_ = ::mkdtemp(path);
    }
    ~DiscoveredServersTest() override { std::filesystem::remove_all(folder_); }

    std::string program(const std::string &script)
    {
        const std::string path = folder_ + "/browse" + std::to_string(++programs_);
        std::ofstream(path) << "#!/bin/sh\n" << script << '\n';
        std::filesystem::permissions(path, std::filesystem::perms::owner_all);
        return path;
    }

    // Says it when it is run first, and then nothing.
    std::string findsOnce()
    {
        const auto marker = folder_ + "/second";
        return program("test -e " + marker + " || cat <<'END'\n" + pi + "END\ntouch " + marker);
    }

    std::string lines(const std::string &text) { return program("cat <<'END'\n" + text + "END"); }

    // Until nothing more is to come, without a limit: machines that run tests are slow.
    static void browse(DiscoveredServers &servers,
                       DiscoveredServers::TimePoint begun = std::chrono::steady_clock::now())
    {
        servers.begin(begun);
        while (servers.fd() >= 0) {
            pollfd entry{servers.fd(), POLLIN, 0};
            ::poll(&entry, 1, -1);
            servers.advance(begun);
        }
    }

    Strings found(const std::string &text, const std::string &conf = "")
    {
        ClientConfig config;
        config.parse(conf, "test.conf");
        DiscoveredServers servers(config, lines(text), [this](int, const std::string &said) { said_ += said + "\n"; });
        browse(servers);
        Strings result;
        for (const auto &server : servers.servers())
            for (const auto &address : server.addresses)
                result.push_back(server.name.text() + "=" + address);
        return result;
    }

    static bool hasChildren() { return ::waitpid(-1, nullptr, WNOHANG) >= 0; }

    std::string folder_;
    std::string said_;
    int programs_ = 0;
};

} // namespace

TEST_F(DiscoveredServersTest, AddressesOfAServerBelongTogether)
{
    EXPECT_EQ((Strings{"pi.local=10.0.0.1", "pi.local=fd00::1", "pi.local:7000=10.0.0.1"}),
              found(std::string(pi) + "found pi.local 6576 fd00::1 there offered Pi\n" + pi +
                    "found PI.local 7000 10.0.0.1 there offered Pi\ndone\n"));
}

TEST_F(DiscoveredServersTest, WhatTheConfigurationNamesIsNotFound)
{
    EXPECT_EQ(Strings{}, found(pi, "PI.local."));
    EXPECT_EQ(Strings{}, found(pi, "pi.local tls=nonsense")) << "in a line that isn't right";
    EXPECT_EQ(Strings{"pi.local=10.0.0.1"}, found(pi, "pi.local:7000"));
}

TEST_F(DiscoveredServersTest, OwnServersOnlyIfAllAreWanted)
{
    const std::string own = "found pi.local 6576 127.0.0.1 here offered Pi\n";
    EXPECT_EQ(Strings{}, found(own));
    EXPECT_EQ(Strings{"pi.local=127.0.0.1"}, found(own, "discover = all"));
    EXPECT_EQ(Strings{}, found(pi, "discover = no"));
    EXPECT_EQ(Strings{}, found(pi, "discover = nonsense"));
}

TEST_F(DiscoveredServersTest, ServersWithoutTlsOnlyIfThatIsConfigured)
{
    const std::string clear = "found pi.local 6576 10.0.0.1 there no Pi\n";
    EXPECT_EQ(Strings{}, found(clear));
    EXPECT_NE(std::string::npos, said_.find("pi.local announces that it has no encryption"));
    EXPECT_EQ(Strings{"pi.local=10.0.0.1"}, found(clear, "tls = prefer"));
}

TEST_F(DiscoveredServersTest, BoundsWhatANetworkCanSay)
{
    std::string many;
    for (int i = 0; i < 100; ++i)
        many += "found pi-" + std::to_string(i) + ".local 6576 10.0.0.1 there offered x\n" +
                "found pi-0.local 6576 10.0.0." + std::to_string(i + 1) + " there offered x\n";
    EXPECT_EQ(DiscoveredServers::max_servers - 1 + DiscoveredServer::max_addresses, found(many).size());
    EXPECT_EQ(Strings{"pi.local=10.0.0.1"},
              found(pi + std::string(5000, 'x') + "\n" + "found b.local 1 10.0.0.1 there no x\n"))
        << "a line that doesn't end";
    EXPECT_EQ(Strings{}, found("nonsense\n\nfound\nseen\nfault no bus\n" + std::string(pi)))
        << "nothing behind a fault";
}

TEST_F(DiscoveredServersTest, NothingForAllServersIsForThem)
{
    ClientConfig config;
    config.parse("user = alice\npassword = secret\ncertificate = /c\nkey = /k\nca = /ca\n", "test.conf");
    DiscoveredServers servers(config, lines(pi), [](int, const std::string &) {});
    browse(servers);
    ASSERT_EQ(1U, servers.servers().size());
    const auto &settings = servers.servers()[0].settings;
    EXPECT_FALSE(settings.user || settings.password || settings.certificate || settings.key);
    EXPECT_EQ("/ca", settings.ca);
    EXPECT_EQ(TlsMode::require, settings.tls);
}

TEST_F(DiscoveredServersTest, KeepsWhatWasFoundBefore)
{
    ClientConfig config;
    DiscoveredServers servers(config, findsOnce(), [](int, const std::string &) {});
    browse(servers);
    browse(servers);
    EXPECT_EQ(1U, servers.servers().size());
    servers.begin(std::chrono::steady_clock::now() + DiscoveredServers::memory + std::chrono::seconds(1));
    EXPECT_EQ(0U, servers.servers().size());
}

TEST(DiscoveredServer, KeepsTheAddressesOfEarlierLooksBehind)
{
    DiscoveredServer server;
    const std::chrono::steady_clock::time_point first{};
    const auto second = first + std::chrono::seconds(1);
    server.seen_at = first;
    for (const auto *const address : {"10.0.0.1", "fe80::1", "10.0.0.1"})
        server.note(address, first);
    EXPECT_EQ((Strings{"10.0.0.1", "fe80::1"}), server.addresses);
    server.note("10.0.0.2", second);
    server.note("fe80::1", second);
    EXPECT_EQ((Strings{"10.0.0.2", "fe80::1", "10.0.0.1"}), server.addresses);
    EXPECT_EQ((Strings{"10.0.0.2", "fe80::1"}), server.freshAddresses());
    EXPECT_EQ(second, server.seen_at);
    server.note("10.0.0.2", second + std::chrono::seconds(1));
    EXPECT_EQ((Strings{"10.0.0.2", "fe80::1"}), server.addresses) << "that of two looks ago is gone";
    server.keep("10.0.0.9");
    server.keep("fe80::1");
    EXPECT_EQ((Strings{"10.0.0.2", "fe80::1", "10.0.0.9"}), server.addresses);
    for (std::size_t i = 0; i < 2 * DiscoveredServer::max_addresses; ++i)
        server.note("10.0.1." + std::to_string(i), second + std::chrono::seconds(1));
    EXPECT_EQ(DiscoveredServer::max_addresses, server.addresses.size());
    EXPECT_EQ("10.0.0.2", server.addresses.front());
}

TEST_F(DiscoveredServersTest, FindsByName)
{
    ClientConfig config;
    DiscoveredServers servers(config,
                              program("echo '" + std::string(pi, 0, std::string(pi).size() - 1) + "'; exec sleep 100"),
                              [](int, const std::string &) {});
    EXPECT_FALSE(servers.find(*parseServerName("pi.example.org")));
    EXPECT_FALSE(servers.find(*parseServerName("unix:/run/pi.local")));
    EXPECT_EQ(-1, servers.fd());
    std::optional<DiscoveredServer> server;
    while (!server) // the time for it may be too short for a busy machine
        server = servers.find(*parseServerName("PI.local"));
    EXPECT_EQ(Strings{"10.0.0.1"}, server->addresses);
    EXPECT_EQ(-1, servers.fd()) << "it looks no longer";
    EXPECT_FALSE(hasChildren());
}

TEST_F(DiscoveredServersTest, OpensWhatWasListedWhereNothingIsHeardLater)
{
    ClientConfig config;
    DiscoveredServers servers(config, findsOnce(), [](int, const std::string &) {});
    const auto long_ago = std::chrono::steady_clock::now() - DiscoveredServers::memory - std::chrono::seconds(1);
    browse(servers, long_ago);
    ASSERT_EQ(1U, servers.servers().size());
    for (int i = 0; i < 2; ++i) {
        const auto server = servers.find(*parseServerName("pi.local"));
        ASSERT_TRUE(server) << i;
        EXPECT_EQ(Strings{"10.0.0.1"}, server->addresses);
    }
    servers.begin(std::chrono::steady_clock::now());
    EXPECT_TRUE(servers.servers().empty()) << "it isn't listed any more";
}

TEST_F(DiscoveredServersTest, AProgramThatHangsIsEnded)
{
    ClientConfig config;
    DiscoveredServers servers(config, program("trap '' TERM INT HUP PIPE; exec sleep 1000"),
                              [](int, const std::string &) {});
    const auto begun = std::chrono::steady_clock::now();
    servers.begin(begun);
    ASSERT_GE(servers.fd(), 0);
    EXPECT_EQ(begun + DiscoveredServers::usual_time, servers.deadline());
    servers.advance(servers.deadline());
    EXPECT_EQ(-1, servers.fd());
    EXPECT_FALSE(hasChildren());
}

TEST_F(DiscoveredServersTest, WaitsLongerForOneThatIsThere)
{
    ClientConfig config;
    DiscoveredServers servers(config, program("echo seen; exec sleep 1000"), [](int, const std::string &) {});
    const auto begun = std::chrono::steady_clock::now();
    servers.begin(begun);
    pollfd entry{servers.fd(), POLLIN, 0};
    ::poll(&entry, 1, -1);
    servers.advance(begun);
    EXPECT_EQ(begun + DiscoveredServers::longest_time, servers.deadline());
}

TEST_F(DiscoveredServersTest, SomebodyElseMayReapTheProgram)
{
    ClientConfig config;
    DiscoveredServers servers(config, lines(pi), [](int, const std::string &) {});
    servers.begin(std::chrono::steady_clock::now());
    ASSERT_GT(::waitpid(-1, nullptr, 0), 0);
    browse(servers);
    const auto handler = ::signal(SIGCHLD, SIG_IGN);
    browse(servers);
    ::signal(SIGCHLD, handler);
    EXPECT_EQ(1U, servers.servers().size());
}

TEST_F(DiscoveredServersTest, WithoutTheProgramNothingIsFound)
{
    ClientConfig config;
    DiscoveredServers servers(config, folder_ + "/nothing", [](int, const std::string &) {});
    servers.begin(std::chrono::steady_clock::now());
    EXPECT_EQ(-1, servers.fd());
    EXPECT_FALSE(hasChildren());
    DiscoveredServers setuid(config, "", [](int, const std::string &) {});
    setuid.begin(std::chrono::steady_clock::now());
    EXPECT_EQ(-1, setuid.fd());
}

} // namespace netsane
