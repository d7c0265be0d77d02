#include "tool/probe/ReportText.hxx"
#include "util/JsonWriter.hxx"

#include <string_view>

namespace netsane {

namespace {

std::string same(const std::string &text)
{
    return text;
}

void addCertificate(JsonWriter &json, const CertificateFacts &facts)
{
    json.open('{', "certificate");
    json.text("subject", facts.subject);
    json.text("issuer", facts.issuer);
    json.list("names", facts.names, same);
    json.text("not_before", isoTime(facts.not_before));
    json.text("not_after", isoTime(facts.not_after));
    json.flag("self_signed", facts.self_signed);
    json.close('}');
}

void addGreeting(JsonWriter &json, const ProbeReport &report)
{
    json.text("greeting", report.greeting);
    if (report.revision)
        json.number("revision", *report.revision);
    json.open('[', "extensions");
    for (const auto number : report.extensions)
        json.number({}, number);
    json.close(']');
    json.list("crypt_methods", report.crypt_methods, cryptMethodName);
    json.text("tls_policy", report.policy);
    json.flag("encrypted", report.encrypted);
}

void addTrust(JsonWriter &json, const ProbeReport &report)
{
    json.textIf("protocol", report.protocol);
    if (report.handshake_took)
        json.number("handshake_ms", report.handshake_took->count());
    if (report.certificate)
        addCertificate(json, *report.certificate);
    json.textIf("fingerprint", report.fingerprint);
    json.text("trust", report.trust);
    json.textIf("trust_reason", report.trust_text);
    json.textIf("known_servers", report.known_servers);
    json.flag("stored", report.stored);
}

void addFinding(JsonWriter &json, const ProbeFinding &finding, std::string_view name = {})
{
    json.open('{', name);
    json.text("what", finding.what);
    json.textIf("advice", finding.advice);
    json.close('}');
}

void addTalk(JsonWriter &json, const ProbeReport &report)
{
    json.textIf("login", report.login);
    if (!report.auth_methods.empty())
        json.list("auth_methods", report.auth_methods, authMethodName);
    if (report.devices)
        json.number("devices", *report.devices);
    if (report.round_trips.count == 0)
        return;
    json.open('{', "round_trip");
    json.number("count", report.round_trips.count);
    json.number("min_ms", static_cast<double>(report.round_trips.min.count()) / 1000);
    json.number("median_ms", static_cast<double>(report.round_trips.median.count()) / 1000);
    json.close('}');
}

} // namespace

std::string reportJson(const ProbeReport &report)
{
    JsonWriter json(JsonWriter::Layout::indented);
    json.open('{');
    json.text("server", report.server);
    json.flag("netsane", report.is_netsane);
    json.textIf("address", report.address);
    if (report.connected_after)
        json.number("connect_ms", report.connected_after->count());
    if (report.is_netsane)
        addGreeting(json, report);
    if (report.encrypted)
        addTrust(json, report);
    addTalk(json, report);
    json.open('[', "findings");
    for (const auto &finding : report.findings)
        addFinding(json, finding);
    json.close(']');
    if (report.failure)
        addFinding(json, *report.failure, "failure");
    json.close('}');
    return json.take();
}

} // namespace netsane
