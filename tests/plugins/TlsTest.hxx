// What the tests of crypt_tls share: a CA, a server "scanner.example" (192.0.2.1, 2001:db8::1) of it, the method loaded
// for a server and for a client as two programs would, and a connection in memory between two streams.

#pragma once

#include "crypt/CryptStream.hxx"
#include "plugin/PluginHost.hxx"
#include "tests/plugin/ModuleFolder.hxx"
#include "tests/plugin/TestServices.hxx"
#include "tests/plugins/TlsBytes.hxx"
#include "tests/plugins/TlsCertificates.hxx"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <optional>

namespace netsane {

/// Wire bytes under way to a stream, which may take them later.
struct Way {
    Bytes bytes;
    size_t taken_in_all = 0;

    /// Moves what `from` has here, and of it up to `at_once` bytes to `to`. True if something moved.
    bool carry(CryptStream &from, CryptStream &to, size_t at_once)
    {
        const Bytes more = pull(from);
        bytes.insert(bytes.end(), more.begin(), more.end());
        const size_t count = to.pushWire(std::span(bytes).first(std::min(at_once, bytes.size())));
        bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count));
        taken_in_all += count;
        return !more.empty() || count != 0;
    }
};

struct TlsPair {
    CryptStream server;
    CryptStream client;
    Way to_server;
    Way to_client;

    /// Until nothing moves any more.
    void settle(size_t at_once = 65536)
    {
        for (bool moved = true; moved;) {
            moved = to_server.carry(client, server, at_once);
            moved = to_client.carry(server, client, at_once) || moved;
        }
    }
};

class TlsServices : public TestServices {
public:
    explicit TlsServices(Role role)
    {
        test_only = false;
        wanted_roles = static_cast<uint32_t>(role);
    }
    int64_t wallSeconds() const override { return clock; }

    int64_t clock = tls_test_now;
};

class TlsTest : public testing::Test {
protected:
    TlsTest()
    {
        useServer(server_identity);
        client_services.values["crypt.tls.ca"] = files.write("ca.pem", ca.certificatePem(), 0644);
    }

    /// The server's certificate; `more` are certificates that follow it in the file.
    void useServer(const TlsIdentity &identity, const std::string &more = {})
    {
        server_services.values["crypt.tls.certificate"] =
            files.write("server.pem", identity.certificatePem() + more, 0644);
        server_services.values["crypt.tls.key"] = files.write("server.key", identity.keyPem(), 0600);
    }
    void useClient(const TlsIdentity &identity)
    {
        client_services.values["crypt.tls.certificate"] = files.write("client.pem", identity.certificatePem(), 0644);
        client_services.values["crypt.tls.key"] = files.write("client.key", identity.keyPem(), 0600);
    }
    void setServer(const std::string &key, const std::string &value)
    {
        server_services.values["crypt.tls." + key] = value;
    }
    void setClient(const std::string &key, const std::string &value)
    {
        client_services.values["crypt.tls." + key] = value;
    }

    static const std::string &moduleFolder()
    {
        static const ModuleFolder folder; // one for all, as modules stay mapped
        static const std::string module = folder.add("crypt_tls");
        return folder.path();
    }

    const Method &serverMethod() { return load(server_host, server_services); }
    const Method &clientMethod() { return load(client_host, client_services); }
    CryptStream server() { return {serverMethod(), Role::Server, {.peer = "192.0.2.9", .peer_name = ""}}; }
    CryptStream client(const std::string &name = "scanner.example")
    {
        return {clientMethod(), Role::Client, {.peer = "192.0.2.1", .peer_name = name}};
    }
    TlsPair pair(const std::string &name = "scanner.example") { return {server(), client(name), {}, {}}; }

    const TlsIdentity ca{{.common_name = "Test CA", .is_ca = true}};
    const TlsIdentity server_identity{
        {.common_name = "Scanner", .names = {"DNS:scanner.example", "IP:192.0.2.1", "IP:2001:db8::1"}}, &ca};
    const ModuleFolder files;
    TlsServices server_services{Role::Server};
    TlsServices client_services{Role::Client};
    std::optional<PluginHost> server_host;
    std::optional<PluginHost> client_host;

private:
    static const Method &load(std::optional<PluginHost> &host, TlsServices &services)
    {
        if (!host)
            host.emplace(moduleFolder(), services);
        return host->load(PluginKind::Crypt, "tls");
    }
};

} // namespace netsane
