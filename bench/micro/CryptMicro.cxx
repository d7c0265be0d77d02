// The crypt stream: bytes through a pair of them in one thread, in clear, with the module "none" and with "tls"; and
// the handshake.

#include "crypt/CryptStream.hxx"
#include "plugin/PluginHost.hxx"
#include "tests/plugin/ModuleFolder.hxx"
#include "tests/plugin/TestServices.hxx"
#include "tests/plugins/TlsCertificates.hxx"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <string>
#include <vector>

namespace netsane {
namespace {

class MicroServices final : public TestServices {
public:
    explicit MicroServices(Role role)
    {
        test_only = false;
        wanted_roles = static_cast<std::uint32_t>(role);
    }
    int64_t wallSeconds() const override { return tls_test_now; }
};

struct Pair {
    CryptStream server;
    CryptStream client;

    // One step of what is under way each way. False when nothing was.
    bool carry(CryptStream &from, CryptStream &to)
    {
        const std::size_t count = from.pullWire(wire);
        std::size_t pushed = 0;
        while (pushed < count) {
            pushed += to.pushWire(std::span(wire).subspan(pushed, count - pushed));
            while (const std::size_t plain_count = to.readPlain(plain))
                received += plain_count;
        }
        return count != 0;
    }
    void settle()
    {
        while (carry(client, server) | carry(server, client))
            ;
    }

    std::vector<std::byte> wire = std::vector<std::byte>(512 * 1024);
    std::vector<std::byte> plain = std::vector<std::byte>(64 * 1024);
    std::size_t received = 0;
};

// The modules loaded as two programs would load them.
class Lab {
public:
    Lab()
    {
        modules_.add("crypt_tls");
        modules_.add("crypt_none");
        const TlsIdentity ca{{.common_name = "Bench CA", .names = {}, .is_ca = true}};
        const TlsIdentity identity{{.common_name = "Bench", .names = {"DNS:scanner.example"}}, &ca};
        client_services_.values["crypt.tls.ca"] = modules_.write("ca.pem", ca.certificatePem(), 0644);
        server_services_.values["crypt.tls.certificate"] =
            modules_.write("server.pem", identity.certificatePem(), 0644);
        server_services_.values["crypt.tls.key"] = modules_.write("server.key", identity.keyPem(), 0600);
    }

    Pair pair(const std::string &method)
    {
        if (method == "clear")
            return {CryptStream(), CryptStream()};
        return {{server_.load(PluginKind::Crypt, method), Role::Server, {.peer = "192.0.2.9", .peer_name = ""}},
                {client_.load(PluginKind::Crypt, method),
                 Role::Client,
                 {.peer = "192.0.2.1", .peer_name = "scanner.example"}}};
    }

private:
    ModuleFolder modules_;
    MicroServices server_services_{Role::Server};
    MicroServices client_services_{Role::Client};
    PluginHost server_{modules_.path(), server_services_};
    PluginHost client_{modules_.path(), client_services_};
};

Lab &lab()
{
    static Lab made;
    return made;
}

void throughput(benchmark::State &state, const std::string &method)
{
    const std::vector<std::byte> block(static_cast<std::size_t>(state.range(0)), std::byte{5});
    Pair pair = lab().pair(method);
    pair.settle();
    std::size_t sent = 0;
    for (auto _ : state) {
        for (std::span<const std::byte> rest(block); !rest.empty();) {
            const std::size_t count = pair.server.writePlain(rest);
            rest = rest.subspan(count);
            sent += count;
            if (!pair.carry(pair.server, pair.client) && count == 0)
                return state.SkipWithError("the stream stands still");
        }
    }
    pair.settle();
    if (pair.received != sent)
        state.SkipWithError("bytes are missing");
    state.SetBytesProcessed(static_cast<std::int64_t>(sent));
}
BENCHMARK_CAPTURE(throughput, clear, std::string("clear"))->Name("crypt/clear")->Arg(4096)->Arg(65536);
BENCHMARK_CAPTURE(throughput, none, std::string("none"))->Name("crypt/none")->Arg(4096)->Arg(65536);
BENCHMARK_CAPTURE(throughput, tls, std::string("tls"))->Name("crypt/tls")->Arg(4096)->Arg(16384)->Arg(65536);

void handshake(benchmark::State &state)
{
    for (auto _ : state) {
        Pair pair = lab().pair("tls");
        pair.settle();
        if (pair.server.state() != CryptState::Open || pair.client.state() != CryptState::Open)
            return state.SkipWithError("no handshake");
    }
}
BENCHMARK(handshake)->Name("crypt/tls handshake, both sides");

} // namespace
} // namespace netsane

BENCHMARK_MAIN();
