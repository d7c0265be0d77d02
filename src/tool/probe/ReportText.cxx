#include "tool/probe/ReportText.hxx"

#include <array>
#include <cstddef>
#include <cstdio>
#include <span>
#include <string_view>
#include <utility>

namespace netsane {

namespace {

constexpr std::size_t label_width = 14;

template<std::size_t N>
std::string methodName(const std::array<const char *, N> &names, std::uint32_t id)
{
    if (id < names.size() && names[id])
        return std::string(names[id]) + " (" + std::to_string(id) + ")";
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "0x%x", id);
    return text.data();
}

std::string milliseconds(double time)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.2f ms", time);
    return text.data();
}

template<typename Items, typename Name>
std::string joined(const Items &items, Name name)
{
    std::string text;
    for (const auto &item : items)
        text += (text.empty() ? "" : ", ") + std::string(name(item));
    return text;
}

// Lines "label   value".
class Lines {
public:
    void add(std::string_view label, const std::string &value)
    {
        if (value.empty())
            return;
        text_ += label;
        text_.append(label.size() < label_width ? label_width - label.size() : 1, ' ');
        text_ += value + "\n";
    }
    void finding(const ProbeFinding &finding)
    {
        text_ += "\n! " + finding.what + "\n";
        if (!finding.advice.empty())
            text_ += "  " + finding.advice + "\n";
    }
    void end(const std::string &line) { text_ += "\n" + line + "\n"; }

    std::string take() { return std::move(text_); }

private:
    std::string text_;
};

std::string trustSentence(const ProbeReport &report)
{
    const std::string file = report.known_servers.empty() ? "known_servers" : report.known_servers;
    if (report.stored)
        return "written down in " + file;
    if (report.trust == "verified")
        return "verified: a CA vouches for it";
    if (report.trust == "pinned")
        return "pinned: it has the fingerprint that " + file + " has";
    if (report.trust == "unknown")
        return "unknown: " + report.trust_text + "; the first frontend pins it in " + file +
               ". Compare the fingerprint before: `netsane fingerprint` on the server shows it";
    if (report.trust != "unconfirmed")
        return report.trust + ", see below";
    return report.trust + (report.trust_text.empty() ? "" : ": " + report.trust_text);
}

void addCertificate(Lines &lines, const CertificateFacts &facts)
{
    lines.add("certificate", facts.subject.empty() ? "(no subject)" : facts.subject);
    lines.add("  names", facts.names.empty() ? "none: it is good for no host"
                                             : joined(facts.names, [](const auto &name) { return name; }));
    lines.add("  issuer", facts.self_signed ? "itself (self-signed)" : facts.issuer);
    lines.add("  valid", isoTime(facts.not_before) + " to " + isoTime(facts.not_after));
}

void addGreeting(Lines &lines, const ProbeReport &report)
{
    lines.add("greeting", report.greeting.empty() ? "(none)" : report.greeting);
    lines.add("revision", report.revision ? std::to_string(*report.revision) : "none: a server of 1997");
    lines.add("extensions", joined(report.extensions, [](auto number) { return std::to_string(number); }));
    lines.add("offers", report.asks_for_crypt ? joined(report.crypt_methods, cryptMethodName) : "no encryption");
    lines.add("tls here", report.policy);
}

std::string loginSentence(const std::string &login)
{
    if (login == "no")
        return "not asked for";
    if (login == "at-open")
        return "asked for when a device is opened";
    return login == "at-connect" ? "asked for before anything else" : "";
}

} // namespace

std::string cryptMethodName(std::uint32_t id)
{
    return methodName(std::array{"NONE", "TLS"}, id);
}

std::string authMethodName(std::uint32_t id)
{
    return methodName(std::array<const char *, 4>{nullptr, "unix", "crypt", "pam"}, id);
}

std::string isoTime(std::time_t time)
{
    std::tm parts{};
    std::array<char, 40> text{};
    if (!::gmtime_r(&time, &parts) || std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
        return "?";
    return text.data();
}

std::string reportText(const ProbeReport &report)
{
    Lines lines;
    lines.add("server", report.server + (report.address.empty() ? "" : " (" + report.address + ")"));
    if (report.connected_after)
        lines.add("connected", "after " + milliseconds(report.connected_after->count()));
    if (report.is_netsane)
        addGreeting(lines, report);
    if (report.is_netsane && !report.encrypted)
        lines.add("encryption", "none");
    if (report.encrypted) {
        lines.add("encryption", (report.protocol.empty() ? "yes" : report.protocol) + ", handshake " +
                                    milliseconds(report.handshake_took ? report.handshake_took->count() : 0));
        if (report.certificate)
            addCertificate(lines, *report.certificate);
        lines.add("fingerprint", report.fingerprint);
        lines.add("trust", trustSentence(report));
    }
    lines.add("login", loginSentence(report.login));
    lines.add("  methods", joined(report.auth_methods, authMethodName));
    if (report.devices)
        lines.add("devices", std::to_string(*report.devices) + " (that may be seen without a login)");
    if (report.round_trips.count != 0)
        lines.add("round trip", milliseconds(static_cast<double>(report.round_trips.min.count()) / 1000) +
                                    " at best, " +
                                    milliseconds(static_cast<double>(report.round_trips.median.count()) / 1000) +
                                    " median of " + std::to_string(report.round_trips.count));
    for (const auto &finding : report.findings)
        lines.finding(finding);
    if (report.failure)
        lines.finding(*report.failure);
    else if (report.findings.empty())
        lines.end("All is well.");
    return lines.take();
}

} // namespace netsane
