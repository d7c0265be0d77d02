#include "daemon/Acceptor.hxx"

#include <gtest/gtest.h>

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <system_error>

using namespace netsane;

namespace {

using Texts = std::vector<std::string>;

std::vector<ListenAddress> addresses(const Texts &texts)
{
    std::vector<ListenAddress> list;
    for (const auto &text : texts)
        list.push_back(ListenAddress::parse(text, 0));
    return list;
}

class AcceptorTest : public testing::Test {
protected:
    AcceptorTest()
        : acceptor(
              loop, [](const Peer &) { return std::string(); }, [](UniqueFd, const Peer &) {})
    {
        acceptor.listenAt(addresses({"127.0.0.1:0"}));
        bound = acceptor.localAddresses().at(0);
        port = bound.substr(bound.find(':'));
    }

    static bool answers(const std::string &address)
    {
        const auto peer = SocketAddress::parse(address).value();
        const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        return ::connect(socket.get(), peer.get(), peer.size()) == 0;
    }

    EventLoop loop;
    Acceptor acceptor;
    std::string bound; // "127.0.0.1:40000"
    std::string port;  // ":40000"
};

} // namespace

TEST_F(AcceptorTest, ReplacesAListenerByOneThatItStandsInTheWayOf)
{
    acceptor.listenAt(addresses({"0.0.0.0" + port}));
    EXPECT_EQ(acceptor.localAddresses(), Texts{"0.0.0.0" + port});
    EXPECT_TRUE(answers(bound));
    acceptor.listenAt(addresses({bound}));
    EXPECT_EQ(acceptor.localAddresses(), Texts{bound});
    EXPECT_TRUE(answers(bound));
}

TEST_F(AcceptorTest, OpensWhatItClosedAgainWhenTheNewOnesCannotBeHad)
{
    const auto taken = listenOn(ListenAddress::parse("127.0.0.1:0", 0));
    const auto taken_address = SocketAddress::localOf(taken.front().get()).toString();
    EXPECT_THROW(acceptor.listenAt(addresses({"0.0.0.0" + port, taken_address})), std::system_error);
    EXPECT_EQ(acceptor.localAddresses(), Texts{bound});
    EXPECT_TRUE(answers(bound));
    // The port is still the one that the kernel picked for 127.0.0.1:0, so that is nothing new.
    acceptor.listenAt(addresses({"127.0.0.1:0"}));
    EXPECT_EQ(acceptor.localAddresses(), Texts{bound});
}

TEST_F(AcceptorTest, KeepsItsListenersWhenAnAddressIsNotOfThisHost)
{
    EXPECT_THROW(acceptor.listenAt(addresses({"203.0.113.1:0"})), std::system_error);
    EXPECT_EQ(acceptor.localAddresses(), Texts{bound});
    EXPECT_TRUE(answers(bound));
}

TEST_F(AcceptorTest, ListensAtSocketsThatItIsGiven)
{
    Acceptor other(
        loop, [](const Peer &) { return std::string(); }, [](UniqueFd, const Peer &) {});
    auto sockets = listenOn(ListenAddress::parse("127.0.0.1:0", 0));
    const auto address = SocketAddress::localOf(sockets.front().get()).toString();
    other.adopt(std::move(sockets));
    other.listenAt(addresses({"127.0.0.2:0"}));
    EXPECT_EQ(other.localAddresses(), Texts{address});
}
