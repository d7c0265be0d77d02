#include "PeerCertificate.hxx"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <span>
#include <string_view>

namespace netsane {

namespace {

constexpr size_t max_name_bytes = 255;

void releaseNames(GENERAL_NAMES *names) noexcept
{
    GENERAL_NAMES_free(names);
}

void releaseText(unsigned char *text) noexcept
{
    OPENSSL_free(text);
}

std::string utf8Of(const ASN1_STRING *string)
{
    unsigned char *text = nullptr;
    const int size = ASN1_STRING_to_UTF8(&text, string);
    const std::unique_ptr<unsigned char, Releaser<releaseText>> owned(text);
    return size > 0 ? std::string(reinterpret_cast<const char *>(text), static_cast<size_t>(size)) : std::string();
}

std::string ifUsable(std::string name)
{
    const bool bad = std::ranges::any_of(name, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    return bad || name.size() > max_name_bytes ? std::string() : name;
}

std::string commonNameOf(const X509 *certificate)
{
    const X509_NAME *const subject = X509_get_subject_name(certificate);
    int last = -1;
    for (int next = -1; (next = X509_NAME_get_index_by_NID(subject, NID_commonName, next)) >= 0;)
        last = next;
    if (last < 0)
        return {};
    return utf8Of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, last)));
}

} // namespace

std::string fingerprintOf(const X509 *certificate)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (X509_digest(certificate, EVP_sha256(), digest.data(), &size) != 1)
        return {};
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text = "SHA256:";
    for (const unsigned byte : std::span(digest).first(size)) {
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
}

std::string pemOf(const X509 *certificate)
{
    const UniqueBio out(BIO_new(BIO_s_mem()));
    char *text = nullptr;
    if (out == nullptr || PEM_write_bio_X509(out.get(), certificate) != 1)
        return {};
    const long size = BIO_get_mem_data(out.get(), &text);
    return size > 0 ? std::string(text, static_cast<size_t>(size)) : std::string();
}

std::string clientNameOf(const X509 *certificate)
{
    const std::unique_ptr<GENERAL_NAMES, Releaser<releaseNames>> names(
        static_cast<GENERAL_NAMES *>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
        const GENERAL_NAME *const name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type == GEN_EMAIL || name->type == GEN_DNS)
            return ifUsable(utf8Of(name->d.ia5));
    }
    return ifUsable(commonNameOf(certificate));
}

std::string timeText(const ASN1_TIME *time)
{
    std::tm parts{};
    std::array<char, 64> text{};
    if (ASN1_TIME_to_tm(time, &parts) != 1 ||
        std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &parts) == 0)
        return "?";
    return text.data();
}

std::string verificationText(long result, const std::string &host)
{
    switch (result) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return "the certificate, or one that vouches for it, has expired";
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return "the certificate, or one that vouches for it, isn't valid yet";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return "the certificate isn't for " + host;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        return "the certificate is self-signed";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        return "the certificate is of an unknown CA";
    default:
        return std::string("the certificate isn't good: ") + X509_verify_cert_error_string(result);
    }
}

} // namespace netsane
