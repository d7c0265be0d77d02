// Keys and certificates for the tests of crypt_tls, made while they run.

#pragma once

#include "plugins/crypt/tls/Openssl.hxx"

#include <cstdint>
#include <string>
#include <vector>

namespace netsane {

/// The tests' clock: 2027-01-15 08:00:00 UTC.
inline constexpr int64_t tls_test_now = 1800000000;
inline constexpr int64_t tls_test_day = 86400;

struct CertificateWish {
    std::string common_name;
    std::vector<std::string> names; ///< "DNS:scanner.example", "IP:192.0.2.1", "email:alice@example"
    bool is_ca = false;
    int64_t from = tls_test_now - tls_test_day;
    int64_t until = tls_test_now + 365 * tls_test_day;
};

/// A certificate and its P-256 key.
class TlsIdentity {
public:
    /// @param issuer who signs; nullptr: the key itself
    explicit TlsIdentity(const CertificateWish &wish, const TlsIdentity *issuer = nullptr);

    X509 *certificate() const { return certificate_.get(); }
    EVP_PKEY *key() const { return key_.get(); }
    std::string certificatePem() const;
    std::string keyPem() const;
    std::string encryptedKeyPem() const;

    /// "SHA256:…", computed here.
    std::string fingerprint() const;

private:
    UniqueKey key_;
    UniqueX509 certificate_;
};

} // namespace netsane
