// Whether the server at the other end is the one that is meant, and whether it may be talked to in clear.
//
// Owned by a connection, one thread. The rules, in their order:
//
// 1. With `ca` named, a certificate has to be vouched for by that CA. Nothing else counts.
// 2. A certificate that a CA of the system vouches for is good; known_servers keeps "verified".
// 3. Else its fingerprint must be the one in known_servers, where the server is kept at its first use.
// 4. Where nothing is said on `tls`, encryption is required, but on this machine without a `ca` it is preferred. What
//    known_servers has is spoken to under encryption only, unless tls=off is said for that very server.
//
// A server on this machine (loopback, unix socket) follows the same rules, but where known_servers can't be used it is
// talked to nevertheless; unless its tls=require or ca say that it matters, as with a tunnel that begins at loopback.
// Any other one is refused then: trust at first sight without memory would be trust in everybody. Files are read and
// written in the calls, which block on the disk. Nothing throws but std::bad_alloc.
#pragma once

#include "client/DebugLog.hxx"
#include "client/KnownServersFile.hxx"
#include "config/ClientConfig.hxx"
#include "config/KnownServers.hxx"
#include "session/ClientPolicy.hxx"

#include <functional>
#include <optional>
#include <string>

namespace netsane {

struct TrustVerdict {
    enum class Kind {
        verified,    // by a CA
        pinned,      // has the fingerprint that known_servers has
        unknown,     // the first use
        changed,     // has another fingerprint than known_servers has
        unverified,  // not vouched for, though `ca` or "verified" in known_servers want it
        unreadable,  // known_servers can't be used
        unconfirmed, // the same for a server that is talked to nevertheless
    };

    Kind kind;
    std::string reason;  // for people; empty where nothing is wrong
    bool is_new = false; // known_servers doesn't have it

    bool isRefusal() const noexcept
    {
        return kind == Kind::changed || kind == Kind::unverified || kind == Kind::unreadable;
    }
};

class ServerTrust {
public:
    // local: the server is on this machine.
    ServerTrust(ServerName server, const ServerSettings &settings, bool local, DebugSink debug);

    // Under what policy to connect.
    CryptPolicy cryptPolicy();

    // Behind cryptPolicy(): why it isn't the configured one; empty if it is.
    const std::string &requiredBecause() const noexcept { return required_because_; }

    TrustVerdict judge(const PeerIdentity &peer);

    // For ClientPolicy: the reason for a refusal, or nothing.
    std::optional<std::string> check(const PeerIdentity &peer);

    // Behind check(): by a CA, or by the fingerprint that known_servers has. Such a server is the one that is meant,
    // before it has said anything.
    bool isRecognised() const noexcept { return recognised_; }

    // To be called once the server has greeted through the encrypted stream, and, unless it is recognised, before
    // anything is said there: writes down what check() has learnt. A reason if that ends the connection.
    std::optional<std::string> remember();

    // Writes down that this is the server, whatever stands there now. A reason if that can't be done.
    std::optional<std::string> accept(const PeerIdentity &peer);

    // known_servers; empty where there is no place for it.
    std::string filePath() const;

private:
    std::optional<KnownServersFile> file(std::string &fault) const;
    std::optional<KnownServer> findIn(const std::string &text);
    TrustVerdict judgeBy(const PeerIdentity &peer, const std::optional<KnownServer> &known) const;
    TrustVerdict judgeUnverified(const PeerIdentity &peer, const std::optional<KnownServer> &known) const;
    std::optional<std::string> learnInto(const std::string &text, const PeerIdentity &peer,
                                         std::optional<std::string> &refusal);
    TrustVerdict withoutFile(const PeerIdentity &peer, const std::string &fault) const;
    std::string place(const KnownServer &known) const;
    std::string fallbackHint() const;
    void say(int level, const std::string &text) const;

    const ServerName server_;
    const std::string name_; // for people
    const std::optional<TlsMode> tls_;
    const bool tls_by_default_;
    const std::optional<std::string> ca_;
    const std::optional<std::string> known_servers_;
    const bool strict_; // no trust without known_servers
    const DebugSink debug_;
    bool problems_told_ = false;
    std::string required_because_;
    bool recognised_ = false;
    std::optional<PeerIdentity> checked_; // and not yet remembered
};

} // namespace netsane
