#include "TlsCertificates.hxx"

#include <array>
#include <cstdio>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>
#include <stdexcept>

namespace netsane {

namespace {

void require(bool done, const char *what)
{
    if (!done)
        throw std::runtime_error(std::string("OpenSSL: ") + what);
}

std::string contents(BIO *bio)
{
    char *data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return {data, static_cast<size_t>(size)};
}

void releaseExtension(X509_EXTENSION *extension)
{
    X509_EXTENSION_free(extension);
}

void addExtension(X509 *certificate, int number, const std::string &value)
{
    X509V3_CTX context{};
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    const std::unique_ptr<X509_EXTENSION, Releaser<releaseExtension>> extension(
        X509V3_EXT_conf_nid(nullptr, &context, number, value.c_str()));
    require(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1, "an extension");
}

void fill(X509 *certificate, const CertificateWish &wish)
{
    static long serial = 0;
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
    ASN1_TIME_set(X509_getm_notBefore(certificate), wish.from);
    ASN1_TIME_set(X509_getm_notAfter(certificate), wish.until);
    const auto *const name = reinterpret_cast<const unsigned char *>(wish.common_name.data());
    require(X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8, name,
                                       static_cast<int>(wish.common_name.size()), -1, 0) == 1,
            "a name");
    if (wish.is_ca)
        addExtension(certificate, NID_basic_constraints, "critical,CA:TRUE");
    std::string names;
    for (const std::string &alternative : wish.names)
        names += (names.empty() ? "" : ",") + alternative;
    if (!names.empty())
        addExtension(certificate, NID_subject_alt_name, names);
}

} // namespace

TlsIdentity::TlsIdentity(const CertificateWish &wish, const TlsIdentity *issuer)
    : key_(EVP_EC_gen("P-256")), certificate_(X509_new())
{
    require(key_ != nullptr && certificate_ != nullptr, "a key");
    fill(certificate_.get(), wish);
    const X509 *const signer = issuer != nullptr ? issuer->certificate() : certificate_.get();
    X509_set_issuer_name(certificate_.get(), X509_get_subject_name(signer));
    X509_set_pubkey(certificate_.get(), key_.get());
    require(X509_sign(certificate_.get(), issuer != nullptr ? issuer->key() : key_.get(), EVP_sha256()) > 0, "signing");
}

std::string TlsIdentity::certificatePem() const
{
    const UniqueBio bio(BIO_new(BIO_s_mem()));
    require(PEM_write_bio_X509(bio.get(), certificate_.get()) == 1, "a certificate in PEM");
    return contents(bio.get());
}

std::string TlsIdentity::keyPem() const
{
    const UniqueBio bio(BIO_new(BIO_s_mem()));
    require(PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1,
            "a key in PEM");
    return contents(bio.get());
}

std::string TlsIdentity::encryptedKeyPem() const
{
    const UniqueBio bio(BIO_new(BIO_s_mem()));
    require(PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), EVP_aes_128_cbc(), "secret", 6, nullptr, nullptr) == 1,
            "an encrypted key in PEM");
    return contents(bio.get());
}

std::string TlsIdentity::fingerprint() const
{
    unsigned char *der = nullptr;
    const int size = i2d_X509(certificate_.get(), &der);
    require(size > 0, "a certificate in DER");
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(der, static_cast<size_t>(size), digest.data());
    OPENSSL_free(der);
    std::string text = "SHA256:";
    for (const unsigned char byte : digest) {
        std::array<char, 3> digits{};
        std::snprintf(digits.data(), digits.size(), "%02x", byte);
        text += digits.data();
    }
    return text;
}

} // namespace netsane
