#include "tool/probe/ReportText.hxx"

#include <array>
#include <cstdio>
#include <string_view>

namespace netsane {

namespace {

// Bytes that aren't ASCII are written as if they were ISO 8859-1: whatever a peer says, the output is JSON.
void appendEscaped(std::string &out, std::string_view text)
{
    out += '"';
    for (const unsigned char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += static_cast<char>(c);
        } else if (c < 0x20 || c >= 0x7f) {
            std::array<char, 8> escape{};
            std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(c));
            out += escape.data();
        } else {
            out += static_cast<char>(c);
        }
    }
    out += '"';
}

// Writes one value after the other, with commas and indentation.
class JsonWriter {
public:
    void open(char bracket, std::string_view name = {})
    {
        begin(name);
        out_ += bracket;
        ++depth_;
        first_ = true;
    }
    void close(char bracket)
    {
        --depth_;
        if (!first_)
            newLine();
        out_ += bracket;
        first_ = false;
    }
    void text(std::string_view name, std::string_view value)
    {
        begin(name);
        appendEscaped(out_, value);
    }
    void textIf(std::string_view name, std::string_view value)
    {
        if (!value.empty())
            text(name, value);
    }
    void flag(std::string_view name, bool value)
    {
        begin(name);
        out_ += value ? "true" : "false";
    }
    void number(std::string_view name, double value)
    {
        begin(name);
        std::array<char, 40> digits{};
        std::snprintf(digits.data(), digits.size(), "%.10g", value);
        out_ += digits.data();
    }
    template<typename Items, typename Name>
    void list(std::string_view name, const Items &items, Name text_of)
    {
        open('[', name);
        for (const auto &item : items)
            text({}, text_of(item));
        close(']');
    }

    std::string take() { return std::move(out_ += '\n'); }

private:
    void newLine() { out_.append("\n").append(2 * depth_, ' '); }
    void begin(std::string_view name)
    {
        if (depth_ != 0) {
            out_ += first_ ? "" : ",";
            newLine();
        }
        first_ = false;
        if (name.empty())
            return;
        appendEscaped(out_, name);
        out_ += ": ";
    }

    std::string out_;
    std::size_t depth_ = 0;
    bool first_ = true;
};

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
    json.list("extensions", report.extensions, [](auto number) { return std::to_string(number); });
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
    JsonWriter json;
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
