// What a certificate says: fingerprint, names, dates, and why it wasn't believed.

#pragma once

#include "Openssl.hxx"

#include <string>

namespace netsane {

/// "SHA256:" and 64 small hex digits of the certificate in DER: protocol.md §5.1. It is what "openssl x509 -fingerprint
/// -sha256" shows. "" if there is no memory.
std::string fingerprintOf(const X509 *certificate);

/// The certificate in PEM. "" if there is no memory.
std::string pemOf(const X509 *certificate);

/// The name of a client: its first subject alternative name that is an e-mail address or a DNS name, or, if it has
/// none, the last common name of the subject. "" if there is none, or it isn't 1 to 255 bytes of UTF-8 without control
/// characters: a name that prints like another one must not pass for it.
std::string clientNameOf(const X509 *certificate);

/// 2027-01-31 12:00:00 UTC, or "?".
std::string timeText(const ASN1_TIME *time);

/// A result of X509_verify_cert(3) that isn't X509_V_OK, in a sentence about "the certificate".
/// @param host what the client asked for
std::string verificationText(long result, const std::string &host);

} // namespace netsane
