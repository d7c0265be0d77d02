#include "certificate/SelfSigned.hxx"

#include "certificate/OpensslTypes.hxx"

#include <algorithm>
#include <cstring>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdexcept>

namespace netsane {

namespace {

constexpr long seconds_per_day = 86400;
constexpr int valid_days = 3652;         // ten years
constexpr std::size_t max_cn_bytes = 64; // RFC 5280, ub-common-name
constexpr std::size_t max_dns_bytes = 253;

void require(bool good, const char *what)
{
    if (!good)
        throwOpenssl(std::string("can't make a certificate: ") + what);
}

bool isDnsName(const std::string &name)
{
    return !name.empty() && name.size() <= max_dns_bytes && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
               c == '_';
    });
}

// Nothing for a text that is no name.
void addName(GENERAL_NAMES *names, const std::string &text)
{
    GENERAL_NAME *name = nullptr;
    if (ASN1_OCTET_STRING *const address = a2i_IPADDRESS(text.c_str())) {
        name = GENERAL_NAME_new();
        if (name)
            GENERAL_NAME_set0_value(name, GEN_IPADD, address);
        else
            ASN1_OCTET_STRING_free(address);
    } else if (isDnsName(text)) {
        ASN1_IA5STRING *const dns = ASN1_IA5STRING_new();
        name = GENERAL_NAME_new();
        require(dns && name && ASN1_STRING_set(dns, text.data(), static_cast<int>(text.size())) == 1, "no memory");
        GENERAL_NAME_set0_value(name, GEN_DNS, dns);
    } else {
        return;
    }
    require(name && sk_GENERAL_NAME_push(names, name) != 0, "no memory");
}

void addNames(X509 *certificate, const std::vector<std::string> &texts)
{
    const UniqueNames names(sk_GENERAL_NAME_new_null());
    require(names != nullptr, "no memory");
    for (const auto &text : texts)
        addName(names.get(), text);
    ERR_clear_error(); // of what isn't an address
    if (sk_GENERAL_NAME_num(names.get()) == 0)
        throw std::runtime_error("can't make a certificate: this host has no name for it");
    require(X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0, X509V3_ADD_DEFAULT) == 1, "the names");
}

void addExtension(X509 *certificate, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    const UniqueExtension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
    require(extension && X509_add_ext(certificate, extension.get(), -1) == 1, value);
}

void setSerial(X509 *certificate)
{
    const UniqueBignum number(BN_new());
    require(number && BN_rand(number.get(), 159, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
                BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)),
            "its number");
}

void setSubject(X509 *certificate, const std::string &name)
{
    X509_NAME *const subject = X509_get_subject_name(certificate);
    const std::string common_name = name.substr(0, max_cn_bytes);
    require(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                       reinterpret_cast<const unsigned char *>(common_name.data()),
                                       static_cast<int>(common_name.size()), -1, 0) == 1 &&
                X509_set_issuer_name(certificate, subject) == 1,
            "its subject");
}

UniqueX509 makeCertificate(EVP_PKEY *key, const std::vector<std::string> &names)
{
    UniqueX509 certificate(X509_new());
    X509 *const x509 = certificate.get();
    // A client whose clock is a day behind is no reason for a refusal.
    require(x509 && X509_set_version(x509, X509_VERSION_3) == 1 &&
                X509_gmtime_adj(X509_getm_notBefore(x509), -seconds_per_day) &&
                X509_time_adj_ex(X509_getm_notAfter(x509), valid_days, 0, nullptr) && X509_set_pubkey(x509, key) == 1,
            "its dates");
    setSerial(x509);
    setSubject(x509, names.empty() ? "netsaned" : names.front());
    addExtension(x509, NID_basic_constraints, "critical,CA:FALSE");
    addExtension(x509, NID_ext_key_usage, "serverAuth");
    addExtension(x509, NID_subject_key_identifier, "hash");
    addNames(x509, names);
    require(X509_sign(x509, key, EVP_sha256()) > 0, "its signature");
    return certificate;
}

std::string certificateText(X509 *certificate)
{
    const UniqueBio bio(BIO_new(BIO_s_mem()));
    require(bio && PEM_write_bio_X509(bio.get(), certificate) == 1, "its text");
    char *data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

SecureBytes keyText(EVP_PKEY *key)
{
    const UniqueBio bio(BIO_new(BIO_s_secmem())); // wiped when it is freed
    require(bio && PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
            "the text of its key");
    char *data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    SecureBytes text(static_cast<std::size_t>(size));
    std::memcpy(text.data(), data, text.size());
    return text;
}

} // namespace

SelfSigned makeSelfSigned(const std::vector<std::string> &names)
{
    ERR_clear_error();
    const UniqueKey key(EVP_EC_gen("P-256"));
    require(key != nullptr, "its key");
    const UniqueX509 certificate = makeCertificate(key.get(), names);
    return {certificateText(certificate.get()), keyText(key.get())};
}

} // namespace netsane
