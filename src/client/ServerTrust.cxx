#include "client/ServerTrust.hxx"

#include <utility>

namespace netsane {

namespace {

using Kind = TrustVerdict::Kind;

std::string reasonOf(const PeerIdentity &peer)
{
    return peer.unverified_reason.empty() ? "no CA vouches for its certificate" : peer.unverified_reason;
}

} // namespace

ServerTrust::ServerTrust(ServerName server, const ServerSettings &settings, bool local, DebugSink debug)
    : server_(std::move(server)),
      name_(server_.text()),
      tls_(settings.tls),
      tls_by_default_(settings.tls_by_default),
      ca_(settings.ca),
      known_servers_(settings.known_servers),
      strict_(!local || settings.tls == TlsMode::require || settings.ca),
      debug_(std::move(debug))
{
}

void ServerTrust::say(int level, const std::string &text) const
{
    if (debug_)
        debug_(level, text);
}

std::optional<KnownServersFile> ServerTrust::file(std::string &fault) const
{
    if (!canBeKnown(server_)) {
        fault = "its name can't stand in known_servers";
        return std::nullopt;
    }
    try {
        return KnownServersFile(known_servers_ ? *known_servers_ : KnownServersFile::defaultPath());
    } catch (const KnownServersError &error) {
        fault = error.what();
        return std::nullopt;
    }
}

std::string ServerTrust::filePath() const
{
    std::string fault;
    const auto used = file(fault);
    return used ? used->path() : "";
}

std::string ServerTrust::place(const KnownServer &known) const
{
    return filePath() + ":" + std::to_string(known.line);
}

std::optional<KnownServer> ServerTrust::findIn(const std::string &text)
{
    const bool tell = !std::exchange(problems_told_, true);
    return findKnownServer(text, server_, [&](unsigned line, const std::string &what) {
        if (tell)
            say(0, filePath() + ":" + std::to_string(line) + ": " + what);
    });
}

CryptPolicy ServerTrust::cryptPolicy()
{
    const auto wanted = tls_.value_or(strict_ ? TlsMode::require : TlsMode::prefer);
    if (wanted == TlsMode::require)
        return CryptPolicy::require;
    if (wanted == TlsMode::off && !tls_by_default_)
        return CryptPolicy::off;
    const auto usual = wanted == TlsMode::off ? CryptPolicy::off : CryptPolicy::prefer;
    std::string fault;
    try {
        if (const auto used = file(fault)) {
            const auto known = findIn(used->read());
            if (!known)
                return usual;
            required_because_ =
                name_ + " has been seen with TLS (" + place(*known) +
                "), so nothing is said to it in clear; tls=off in its own line of netsane.conf allows it";
            return CryptPolicy::require;
        }
    } catch (const KnownServersError &error) {
        fault = error.what();
    }
    if (!strict_)
        return usual;
    required_because_ =
        "whether " + name_ + " has been seen with TLS isn't known, so nothing is said to it in clear: " + fault;
    return CryptPolicy::require;
}

TrustVerdict ServerTrust::judge(const PeerIdentity &peer)
{
    std::string fault;
    try {
        if (const auto used = file(fault))
            return judgeBy(peer, findIn(used->read()));
    } catch (const KnownServersError &error) {
        fault = error.what();
    }
    return withoutFile(peer, fault);
}

TrustVerdict ServerTrust::judgeBy(const PeerIdentity &peer, const std::optional<KnownServer> &known) const
{
    if (peer.verified_name)
        return {Kind::verified, {}, !known || known->kind != KnownServer::Kind::verified};
    if (ca_)
        return {Kind::unverified,
                name_ + " isn't who it should be: " + reasonOf(peer) + ". Only a certificate that the CA in " + *ca_ +
                    " vouches for counts, as netsane.conf names that as its ca. It has shown " + peer.fingerprint};
    return judgeUnverified(peer, known);
}

TrustVerdict ServerTrust::judgeUnverified(const PeerIdentity &peer, const std::optional<KnownServer> &known) const
{
    if (!isFingerprint(peer.fingerprint))
        return strict_ ? TrustVerdict{Kind::unverified, name_ + " shows nothing that it could be recognised by"}
                       : TrustVerdict{Kind::unconfirmed, name_ + " shows nothing that it could be recognised by"};
    if (!known)
        return {Kind::unknown, reasonOf(peer), true};
    const auto advice = " Somebody else may be answering in its place. Ask its admin for the fingerprint (\"netsane "
                        "fingerprint\" there shows it); if it is the new one, remove line " +
                        std::to_string(known->line) + " of " + filePath() + " and connect again";
    switch (known->kind) {
    case KnownServer::Kind::pinned:
        if (known->fingerprint == peer.fingerprint)
            return {Kind::pinned, {}};
        return {Kind::changed, name_ + " shows another certificate than before: known is " + known->fingerprint + " (" +
                                   place(*known) + "), shown is " + peer.fingerprint + "." + advice};
    case KnownServer::Kind::verified:
        return {Kind::unverified, name_ + " had a certificate that a CA vouches for (" + place(*known) +
                                      "), and now shows another: " + reasonOf(peer) + ". Shown is " + peer.fingerprint +
                                      "." + advice};
    default:
        return {Kind::unreadable, place(*known) + ": the line of " + name_ +
                                      " isn't right, so it can't be recognised. Shown is " + peer.fingerprint +
                                      "; correct that line, or ask the server's admin and remove it"};
    }
}

TrustVerdict ServerTrust::withoutFile(const PeerIdentity &peer, const std::string &fault) const
{
    auto verdict = judgeBy(peer, std::nullopt);
    if (verdict.kind != Kind::unknown)
        return verdict;
    if (!strict_)
        return {Kind::unconfirmed, fault};
    return {Kind::unreadable, name_ + " can't be recognised: " + reasonOf(peer) + ", and its fingerprint " +
                                  peer.fingerprint + " can't be looked up or remembered: " + fault + fallbackHint()};
}

std::string ServerTrust::fallbackHint() const
{
    return ". In netsane.conf, ca=FILE names a CA (or the certificate itself) to trust, and known_servers=FILE another "
           "place";
}

std::optional<std::string> ServerTrust::check(const PeerIdentity &peer)
{
    auto verdict = judge(peer);
    recognised_ = verdict.kind == Kind::verified || verdict.kind == Kind::pinned;
    if (verdict.isRefusal())
        return std::move(verdict.reason);
    if (verdict.kind == Kind::unconfirmed)
        say(1, name_ + ": not recognised, as it is on this machine: " + verdict.reason);
    else if (verdict.is_new)
        checked_ = peer;
    return std::nullopt;
}

// Another program may have written since check(), so all is judged again.
std::optional<std::string> ServerTrust::learnInto(const std::string &text, const PeerIdentity &peer,
                                                  std::optional<std::string> &refusal)
{
    auto verdict = judgeBy(peer, findIn(text));
    if (verdict.isRefusal())
        refusal = std::move(verdict.reason);
    if (!verdict.is_new)
        return std::nullopt;
    if (verdict.kind == Kind::verified)
        return withKnownServer(text, server_, "verified");
    say(1, name_ + ": " + verdict.reason + "; from now on it is recognised by " + peer.fingerprint + " (" + filePath() +
               ")");
    return withKnownServer(text, server_, peer.fingerprint);
}

std::optional<std::string> ServerTrust::remember()
{
    const auto peer = std::exchange(checked_, std::nullopt);
    if (!peer)
        return std::nullopt;
    std::string fault;
    try {
        if (const auto used = file(fault)) {
            std::optional<std::string> refusal;
            used->change([&](const std::string &text) { return learnInto(text, *peer, refusal); });
            return refusal;
        }
    } catch (const KnownServersError &error) {
        fault = error.what();
    }
    if (!peer->verified_name && strict_)
        return withoutFile(*peer, fault).reason;
    say(1, name_ + ": that it has TLS can't be remembered: " + fault);
    return std::nullopt;
}

std::optional<std::string> ServerTrust::accept(const PeerIdentity &peer)
{
    const std::string what = peer.verified_name ? "verified" : peer.fingerprint;
    if (!peer.verified_name && !isFingerprint(what))
        return name_ + " shows nothing that it could be recognised by";
    std::string fault;
    try {
        if (const auto used = file(fault)) {
            used->change([&](const std::string &text) { return withKnownServer(text, server_, what); });
            return std::nullopt;
        }
    } catch (const KnownServersError &error) {
        fault = error.what();
    }
    return fault;
}

} // namespace netsane
