// A certificate in PEM as facts for people. Functions on OpenSSL's libcrypto, without state.
#pragma once

#include "tool/probe/ProbeReport.hxx"

#include <optional>
#include <string>

namespace netsane {

// Nothing if the text is no certificate. Names in it are printable, at most 100 of them.
std::optional<CertificateFacts> readCertificate(const std::string &pem);

} // namespace netsane
