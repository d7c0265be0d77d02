#include "tool/probe/Prober.hxx"

#include "client/ClientConnection.hxx"
#include "os/Error.hxx"
#include "protocol/ConnectionMessages.hxx"
#include "protocol/DeviceMessages.hxx"
#include "session/ClientText.hxx"
#include "tool/probe/Certificate.hxx"
#include "wire/ProtocolError.hxx"

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>
#include <utility>

namespace netsane {

namespace {

constexpr std::uint32_t any_status = 0;
constexpr unsigned max_round_trips = 9;
constexpr std::size_t max_auth_methods = 16;
constexpr std::time_t early_warning = 14 * 86400; // before a certificate's end
constexpr const char *no_such_device = "netsane-probe";
constexpr const char *is_it_netsane = "Is that netsaned's port? Another program may listen there; netsaned's is 6576 "
                                      "unless its netsaned.conf says otherwise.";

const char *policyText(CryptPolicy policy) noexcept
{
    switch (policy) {
    case CryptPolicy::prefer:
        return "prefer";
    case CryptPolicy::off:
        return "off";
    default:
        return "require";
    }
}

const char *trustWord(TrustVerdict::Kind kind) noexcept
{
    switch (kind) {
    case TrustVerdict::Kind::verified:
        return "verified";
    case TrustVerdict::Kind::pinned:
        return "pinned";
    case TrustVerdict::Kind::unknown:
        return "unknown";
    case TrustVerdict::Kind::changed:
        return "changed";
    case TrustVerdict::Kind::unverified:
        return "unverified";
    case TrustVerdict::Kind::unconfirmed:
        return "unconfirmed";
    default:
        return "unreadable";
    }
}

// What to do about a connection that didn't come about.
std::string connectAdvice(const ServerName &server, const std::string &error)
{
    const auto says = [&error](int number) { return error.find(errnoText(number)) != std::string::npos; };
    if (server.isUnix())
        return "Is netsaned running here, with this path in `listen`, and may this user open the socket?";
    if (says(ECONNREFUSED))
        return "The machine answers, but nothing listens on port " + std::to_string(server.port) +
               ". Is netsaned running there, and does `listen` in its netsaned.conf name an address of that network?";
    if (says(ETIMEDOUT) || says(EHOSTUNREACH) || says(ENETUNREACH))
        return "Is the machine up, and does a firewall let TCP port " + std::to_string(server.port) + " through?";
    return "Is the name right? Try the server's address instead, and look whether other names are found.";
}

} // namespace

Prober::Prober(ProbeOptions options, DebugSink debug)
    : options_(std::move(options)),
      debug_(std::move(debug)),
      methods_(options_.settings, debug_),
      started_(Clock::now()),
      connector_(options_.server, options_.settings.connect_timeout.value_or(ClientConnection::default_connect_timeout))
{
    report_.server = options_.server.text();
}

void Prober::find(std::string what, std::string advice)
{
    report_.findings.push_back({std::move(what), std::move(advice)});
}

ProbeReport Prober::run()
{
    if (options_.settings.fault)
        find("frontends don't connect to it: " + *options_.settings.fault, "Correct that line of netsane.conf.");
    try {
        connect();
        greet();
        chooseCrypt();
        talk();
    } catch (const ProbeError &error) {
        if (report_.is_netsane)
            find(error.what(), error.advice().empty() ? "The server's log says more." : error.advice());
        else
            report_.failure = ProbeFinding{error.what(), error.advice().empty() ? is_it_netsane : error.advice()};
    } catch (const ProtocolError &error) {
        if (report_.is_netsane)
            find(std::string("the server broke the protocol: ") + error.what(), "Report this to its maker.");
        else
            report_.failure = ProbeFinding{std::string("what answers is not NETSANE: ") + error.what(), is_it_netsane};
    }
    if (link_)
        link_->close();
    return std::move(report_);
}

void Prober::connect()
{
    connector_.lookUpNow();
    while (connector_.advance(Clock::now()) == Connector::State::connecting) {
        pollfd entry{connector_.fd(), POLLOUT, 0};
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(connector_.deadline() - Clock::now()).count();
        ::poll(&entry, 1, static_cast<int>(std::clamp<decltype(left)>(left, 0, 60'000)));
    }
    if (connector_.state() == Connector::State::failed)
        throw ProbeError(connector_.error(), connectAdvice(options_.server, connector_.error()));
    report_.connected_after = Clock::now() - started_;
    report_.address = connector_.peerText();
    trust_.emplace(options_.server, options_.settings, connector_.isLocal(), debug_);
    policy_ = trust_->cryptPolicy();
    report_.policy = policyText(policy_);
    report_.known_servers = trust_->filePath();
    link_ = std::make_unique<ProbeLink>(connector_.take());
}

// --- in clear -------------------------------------------------------------------------------------------------

void Prober::noteHello(MessageView message)
{
    const auto hello = decodeHello(message);
    report_.greeting = printableText(hello.text);
    report_.revision = hello.revision;
    report_.extensions = hello.extensions;
}

void Prober::greet()
{
    const auto message = link_->receive(stepEnd());
    if (message.command == static_cast<std::uint32_t>(Command::fail)) {
        report_.is_netsane = true;
        throw ProbeError("the server turns us away: " + printableText(decodeServerFail(message).reason),
                         "Wait a minute, if it is about many connections or failed logins; else see the server's log.");
    }
    if (message.command != static_cast<std::uint32_t>(Command::hello))
        throw ProtocolError("message " + std::to_string(message.command) + " in place of a greeting");
    noteHello(message);
    transcript_.serverHello(message.bytes);
    report_.is_netsane = true;
    report_.asks_for_crypt = std::ranges::find(report_.extensions, extension_crypt_follows) != report_.extensions.end();
    if (!report_.asks_for_crypt)
        return;
    const auto request = link_->receive(stepEnd());
    if (request.command != static_cast<std::uint32_t>(Command::crypt_request))
        throw ProtocolError("message " + std::to_string(request.command) + " where CRPT_REQ was announced");
    transcript_.cryptRequest(request.bytes);
    report_.crypt_methods = decodeCryptRequest(request);
}

void Prober::sayHello()
{
    ByteBuffer hello;
    encodeHello(hello, {"netsane probe", protocol_revision, {extension_login_note}});
    transcript_.clientHello(hello.data());
    link_->out().append(hello.data());
}

void Prober::chooseCrypt()
{
    sayHello();
    bool none_offered = !report_.asks_for_crypt;
    for (const auto id : report_.crypt_methods) {
        none_offered = none_offered || id == crypt_method_none;
        const Method *const method = id == crypt_method_none ? nullptr : methods_.cryptMethod(id);
        if (method && policy_ != CryptPolicy::off)
            return encrypt(*method, id);
        if (!methods_.cryptFault().empty())
            find(methods_.cryptFault(), "Correct that, or install the method: `plugin_dir` in netsane.conf.");
    }
    if (policy_ == CryptPolicy::require)
        find("frontends refuse this server: they require encryption, and it offers none that is installed here" +
                 (trust_->requiredBecause().empty() ? "" : "; " + trust_->requiredBecause()),
             "Let the server offer TLS (`crypt` in its netsaned.conf). tls=off in netsane.conf does without, and "
             "passwords then cross the network in clear, or not at all.");
    if (policy_ == CryptPolicy::off && !none_offered)
        find("frontends can't use this server: tls=off in netsane.conf, and the server insists on encryption",
             "Remove tls=off.");
    if (!none_offered)
        throw ProbeError("nothing more can be seen without encryption", "See above.");
    if (report_.asks_for_crypt) {
        encodeCryptReply(link_->out(), crypt_method_none);
        noteHello(link_->receive(stepEnd()));
        sayHello();
    }
}

// --- encrypted ------------------------------------------------------------------------------------------------

void Prober::encrypt(const Method &method, std::uint32_t id)
{
    ByteBuffer reply;
    encodeCryptReply(reply, id);
    transcript_.cryptReply(reply.data());
    link_->out().append(reply.data());
    const auto begin = Clock::now();
    try {
        link_->encrypt(method, {report_.address, options_.server.host}, stepEnd());
    } catch (const ProbeError &error) {
        throw ProbeError(std::string("no encryption: ") + error.what(),
                         "Its TLS may be too old (min_version=1.2 in netsane.conf allows 1.2), or it wants to see a "
                         "certificate of the client (certificate and key there). The server's log says more.");
    }
    report_.handshake_took = Clock::now() - begin;
    report_.encrypted = true;
    noteStream();
    judgeCertificate();
    const auto findings = static_cast<std::ptrdiff_t>(report_.findings.size());
    judge();
    const auto hello = link_->receive(stepEnd());
    if (hello.command != static_cast<std::uint32_t>(Command::hello))
        throw ProtocolError("message " + std::to_string(hello.command) + " in place of a greeting");
    noteHello(hello);
    checkTranscript(hello);
    if (options_.pin) {
        pin();
        report_.findings.erase(report_.findings.begin() + findings, report_.findings.end());
        judge(); // by what stands there now
    }
    sayHello();
}

void Prober::noteStream()
{
    const auto &stream = link_->stream();
    report_.protocol = stream.peerProtocol();
    report_.fingerprint = stream.peerFingerprint();
    report_.certificate = readCertificate(stream.peerCertificate());
    peer_.fingerprint = report_.fingerprint;
    if (const auto name = stream.peerName(); !name.empty())
        peer_.verified_name = name;
    else
        peer_.unverified_reason = stream.unverifiedReason();
}

void Prober::checkTranscript(MessageView hello)
{
    if (const auto difference = transcript_.difference(decodeHello(hello).transcript))
        throw ProbeError("frontends refuse this server: " + *difference,
                         "Something between here and there changes what is said, or answers in the server's place: "
                         "look for a proxy or a tunnel, and try from a machine beside the server.");
}

void Prober::pin()
{
    if (const auto fault = trust_->accept(peer_))
        throw ProbeError("not pinned: " + *fault, "See that the file and its folders are yours alone.");
    report_.stored = true;
}

void Prober::judge()
{
    const auto verdict = trust_->judge(peer_);
    report_.trust = trustWord(verdict.kind);
    report_.trust_text = verdict.reason.empty() ? peer_.unverified_reason : verdict.reason;
    is_refused_ = verdict.isRefusal();
    if (!is_refused_)
        return;
    const bool by_pin = !options_.settings.ca && verdict.kind != TrustVerdict::Kind::unreadable;
    find("frontends refuse this server: " + verdict.reason,
         by_pin ? "When its admin has confirmed the fingerprint, `netsane probe --pin` does the same."
                : "Until that is mended nobody here can use it with encryption.");
}

void Prober::judgeCertificate()
{
    if (!report_.certificate)
        return;
    const auto now = std::time(nullptr);
    const auto &facts = *report_.certificate;
    const char *const renew = "The server's admin has to put a new certificate in its place (and SIGHUP netsaned).";
    if (facts.not_after <= now)
        find("the server's certificate has expired", renew);
    else if (facts.not_after - now < early_warning)
        find("the server's certificate expires in " + std::to_string((facts.not_after - now) / 86400) + " days", renew);
    if (facts.not_before > now)
        find("the server's certificate isn't valid yet", "Compare the clocks of both machines.");
}

// --- requests -------------------------------------------------------------------------------------------------

// The reply; nothing if the server wants a login first, or another method of it. Then that is noted.
std::optional<MessageView> Prober::await(Command command)
{
    const auto end = stepEnd();
    for (;;) {
        const auto message = link_->receive(end);
        if (message.command == static_cast<std::uint32_t>(command))
            return message;
        switch (static_cast<Command>(message.command)) {
        case Command::user:
            login_asked_ = true;
            return std::nullopt;
        case Command::pass_request:
            refuseMethod(decodePass(message).method);
            break;
        case Command::hello:
        case Command::welcome:
            break;
        case Command::fail:
            throw ProbeError("the server ends the connection: " + printableText(decodeServerFail(message).reason), "");
        default:
            throw ProtocolError("message " + std::to_string(message.command) + " in place of reply " +
                                std::to_string(static_cast<std::uint32_t>(command)));
        }
    }
}

void Prober::talk()
{
    measure();
    if (!login_asked_)
        countDevices();
    if (login_asked_)
        report_.login = "at-connect";
    else
        seeLogin();
    if (login_asked_ && !options_.user.empty() && !is_refused_)
        nameUser();
    else if (login_asked_)
        encodeClientFail(link_->out(), {static_cast<std::uint32_t>(Command::user), {}});
}

// STRS costs the server nothing, and is answered without a login unless that is demanded at connect.
void Prober::measure()
{
    std::vector<std::chrono::microseconds> times;
    while (times.size() < max_round_trips) {
        const auto begin = Clock::now();
        encodeStatusTextRequest(link_->out(), any_status);
        if (!await(Command::status_text))
            return;
        times.push_back(std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin));
    }
    times.erase(times.begin()); // it carries the greeting along
    std::ranges::sort(times);
    report_.round_trips = {static_cast<unsigned>(times.size()), times.front(), times[times.size() / 2]};
}

void Prober::countDevices()
{
    link_->allowLists();
    encodeBare(link_->out(), Command::get_devices);
    const auto message = await(Command::get_devices);
    if (!message)
        return;
    const auto reply = decodeGetDevicesReply(*message);
    if (reply.outcome.status == Status::good)
        report_.devices = static_cast<unsigned>(reply.devices.size());
    else
        find("the server lists no devices: " + printableText(reply.outcome.reason), "See the server's log.");
}

// A login is asked for when a device is opened, whether it exists or not (protocol.md §6.1).
void Prober::seeLogin()
{
    encodeOpenRequest(link_->out(), {no_such_device});
    report_.login = await(Command::open) ? "no" : "at-open";
}

void Prober::nameUser()
{
    encodeUser(link_->out(), options_.user);
    login_asked_ = false;
    // Until the server has no further method, and asks for a user anew or gives up.
    try {
        await(report_.login == "at-open" ? Command::open : Command::status_text);
    } catch (const ProbeError &) {
        if (report_.auth_methods.empty())
            throw;
    }
}

void Prober::refuseMethod(std::uint32_t method)
{
    if (report_.auth_methods.size() == max_auth_methods)
        throw ProtocolError("PASS_REQ again and again");
    report_.auth_methods.push_back(method);
    ClientFail fail{static_cast<std::uint32_t>(Command::pass_request), {}};
    for (const std::uint32_t other : {1U, 2U, 3U})
        if (std::ranges::find(report_.auth_methods, other) == report_.auth_methods.end())
            fail.methods.push_back(other);
    encodeClientFail(link_->out(), fail);
}

} // namespace netsane
