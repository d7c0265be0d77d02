#include "tool/probe/Certificate.hxx"

#include "util/Printable.hxx"

#include <arpa/inet.h>
#include <array>
#include <memory>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string_view>

namespace netsane {

namespace {

constexpr std::size_t max_name_bytes = 500;
constexpr int max_names = 100;

void freeNames(GENERAL_NAMES *names) noexcept
{
    GENERAL_NAMES_free(names);
}

using UniqueBio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using UniqueCertificate = std::unique_ptr<X509, decltype(&X509_free)>;
using UniqueNames = std::unique_ptr<GENERAL_NAMES, decltype(&freeNames)>;

std::string nameText(const X509_NAME *name)
{
    const UniqueBio out(BIO_new(BIO_s_mem()), BIO_free);
    if (!out || X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253) < 0)
        return {};
    char *text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return size > 0 ? printable(std::string_view(text, static_cast<std::size_t>(size)), max_name_bytes) : std::string();
}

std::string stringText(const ASN1_STRING *string)
{
    const auto *const data = reinterpret_cast<const char *>(ASN1_STRING_get0_data(string));
    return printable(std::string_view(data, static_cast<std::size_t>(ASN1_STRING_length(string))), max_name_bytes);
}

std::string addressText(const ASN1_OCTET_STRING *address)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    const int family = ASN1_STRING_length(address) == 4 ? AF_INET : AF_INET6;
    const bool known = family == AF_INET || ASN1_STRING_length(address) == 16;
    if (!known || !::inet_ntop(family, ASN1_STRING_get0_data(address), text.data(), text.size()))
        return "?";
    return text.data();
}

std::vector<std::string> alternativeNames(const X509 *certificate)
{
    const UniqueNames names(
        static_cast<GENERAL_NAMES *>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)), freeNames);
    std::vector<std::string> result;
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()) && i < max_names; ++i) {
        const GENERAL_NAME *const name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type == GEN_DNS)
            result.push_back("DNS:" + stringText(name->d.dNSName));
        else if (name->type == GEN_IPADD)
            result.push_back("IP:" + addressText(name->d.iPAddress));
        else if (name->type == GEN_EMAIL)
            result.push_back("email:" + stringText(name->d.rfc822Name));
    }
    return result;
}

std::time_t timeOf(const ASN1_TIME *time) noexcept
{
    std::tm parts{};
    return ASN1_TIME_to_tm(time, &parts) == 1 ? ::timegm(&parts) : 0;
}

} // namespace

std::optional<CertificateFacts> readCertificate(const std::string &pem)
{
    const UniqueBio in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
    const UniqueCertificate certificate(in ? PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr) : nullptr,
                                        X509_free);
    ERR_clear_error();
    if (!certificate)
        return std::nullopt;
    CertificateFacts facts;
    facts.subject = nameText(X509_get_subject_name(certificate.get()));
    facts.issuer = nameText(X509_get_issuer_name(certificate.get()));
    facts.names = alternativeNames(certificate.get());
    facts.not_before = timeOf(X509_get0_notBefore(certificate.get()));
    facts.not_after = timeOf(X509_get0_notAfter(certificate.get()));
    facts.self_signed =
        X509_NAME_cmp(X509_get_subject_name(certificate.get()), X509_get_issuer_name(certificate.get())) == 0;
    ERR_clear_error();
    return facts;
}

} // namespace netsane
