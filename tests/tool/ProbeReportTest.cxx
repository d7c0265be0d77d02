// What `netsane probe` shows of what it has found, and what it reads out of certificates.

#include "tool/probe/Certificate.hxx"
#include "tool/probe/ReportText.hxx"

#include <gmock/gmock.h>

namespace netsane {

namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj '/O=Röntgen "&"
// Söhne/CN=scan'
//   -addext 'subjectAltName=DNS:scan.example,IP:192.0.2.1,IP:2001:db8::1,email:a@scan.example'
constexpr const char *pem = "-----BEGIN CERTIFICATE-----\n"
                            "MIIB9DCCAZqgAwIBAgIUUJCkzUBXsSnPJplnFvEbuwhsAEwwCgYIKoZIzj0EAwIw\n"
                            "LTEcMBoGA1UECgwTUsO2bnRnZW4gIiYiIFPDtmhuZTENMAsGA1UEAwwEc2NhbjAg\n"
                            "Fw0yNjExMjExNTIxMTNaGA8yMTI2MTAyODE1MjExM1owLTEcMBoGA1UECgwTUsO2\n"
                            "bnRnZW4gIiYiIFPDtmhuZTENMAsGA1UEAwwEc2NhbjBZMBMGByqGSM49AgEGCCqG\n"
                            "SM49AwEHA0IABDczVmilGv//OeEDMt5K3MTMf9fcBogFNToGf+lpEHQiV1vL0QjJ\n"
                            "DS8wxp5zAHoI0F1f8DtXkxlApQTDgV1V32+jgZUwgZIwHQYDVR0OBBYEFDvF7037\n"
                            "6X7Mfi2PKtfr0eiCdiiiMB8GA1UdIwQYMBaAFDvF70376X7Mfi2PKtfr0eiCdiii\n"
                            "MA8GA1UdEwEB/wQFMAMBAf8wPwYDVR0RBDgwNoIMc2Nhbi5leGFtcGxlhwTAAAIB\n"
                            "hxAgAQ24AAAAAAAAAAAAAAABgQ5hQHNjYW4uZXhhbXBsZTAKBggqhkjOPQQDAgNI\n"
                            "ADBFAiBC9suVM35NNOhIqsvRyl2ifYDnoT/tYxJUbDJyQEN17gIhAPjakcbuJ0tf\n"
                            "1B6kmoTi5aHzRmR9AKgcZ5R0aoi56xIF\n"
                            "-----END CERTIFICATE-----\n";

ProbeReport sample()
{
    ProbeReport report;
    report.server = "scan.example";
    report.address = "192.0.2.1";
    report.policy = "require";
    report.connected_after = ProbeReport::Milliseconds(1.25);
    report.is_netsane = true;
    report.greeting = "hello \"there\" \\ \xff";
    report.revision = 1;
    report.extensions = {1, 3};
    report.asks_for_crypt = true;
    report.crypt_methods = {1, 0, 0x8001};
    report.encrypted = true;
    report.protocol = "TLSv1.3 X";
    report.fingerprint = "SHA256:00";
    report.trust = "pinned";
    report.login = "at-open";
    report.auth_methods = {3, 0x8030};
    report.devices = 2;
    report.round_trips = {3, std::chrono::microseconds(1500), std::chrono::microseconds(2500)};
    return report;
}

} // namespace

TEST(ReportText, SaysWhatIsKnown)
{
    const auto text = reportText(sample());
    for (const char *part : {"server        scan.example (192.0.2.1)\n", "after 1.25 ms", "TLS (1), NONE (0), 0x8001",
                             "TLSv1.3 X", "SHA256:00", "pinned", "asked for when a device is opened", "pam (3), 0x8030",
                             "1.50 ms at best, 2.50 ms median of 3", "All is well."})
        EXPECT_THAT(text, HasSubstr(part));
    EXPECT_THAT(text, Not(HasSubstr("certificate")));
}

TEST(ReportText, FindingsComeWithAdvice)
{
    auto report = sample();
    report.findings.push_back({"it is old", "Renew it."});
    EXPECT_THAT(reportText(report), AllOf(HasSubstr("\n! it is old\n  Renew it.\n"), Not(HasSubstr("All is well"))));
    ProbeReport nothing;
    nothing.server = "gone";
    nothing.failure = ProbeFinding{"refused", "Start it."};
    EXPECT_EQ("server        gone\n\n! refused\n  Start it.\n", reportText(nothing));
}

TEST(ReportJson, EscapesWhatPeersSay)
{
    auto report = sample();
    report.findings.push_back({"a\nb", ""});
    const auto text = reportJson(report);
    EXPECT_THAT(text, HasSubstr("\"greeting\": \"hello \\\"there\\\" \\\\ \\u00ff\""));
    EXPECT_THAT(text, HasSubstr("\"what\": \"a\\u000ab\"\n"));
    EXPECT_THAT(text, HasSubstr("\"extensions\": [\n    1,\n    3\n  ]"));
    EXPECT_THAT(text, HasSubstr("\"median_ms\": 2.5"));
    ProbeReport nothing;
    nothing.failure = ProbeFinding{"x", "y"};
    EXPECT_EQ(
        "{\n  \"server\": \"\",\n  \"netsane\": false,\n  \"findings\": [],\n  \"failure\": {\n    \"what\": \"x\",\n"
        "    \"advice\": \"y\"\n  }\n}\n",
        reportJson(nothing));
}

TEST(Certificate, IsReadFromPem)
{
    const auto facts = readCertificate(pem);
    ASSERT_TRUE(facts);
    EXPECT_THAT(facts->subject, AllOf(HasSubstr("CN=scan"), HasSubstr("hne")));
    EXPECT_TRUE(facts->self_signed);
    EXPECT_EQ((std::vector<std::string>{"DNS:scan.example", "IP:192.0.2.1", "IP:2001:db8::1", "email:a@scan.example"}),
              facts->names);
    EXPECT_EQ("2026-11-21T15:21:13Z", isoTime(facts->not_before));
    EXPECT_EQ("2126-10-28T15:21:13Z", isoTime(facts->not_after));
}

TEST(Certificate, RubbishIsNone)
{
    std::string text = pem;
    for (const std::string &bad : {std::string(), std::string("rubbish"), text.substr(0, text.size() / 2),
                                   std::string("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")})
        EXPECT_FALSE(readCertificate(bad));
    // Each byte changed: nothing, or facts.
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto changed = text;
        changed[i] = changed[i] == 'A' ? 'z' : 'A';
        if (const auto facts = readCertificate(changed))
            reportText(sample());
    }
}

} // namespace netsane
