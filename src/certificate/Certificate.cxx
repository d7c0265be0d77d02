#include "certificate/Certificate.hxx"

#include "certificate/OpensslTypes.hxx"
#include "os/Error.hxx"
#include "os/UniqueFd.hxx"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstddef>
#include <ctime>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <span>
#include <stdexcept>
#include <unistd.h>

namespace netsane {

namespace {

constexpr std::size_t max_file_bytes = 1U << 20;

std::string fingerprintOf(const X509 *certificate)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (X509_digest(certificate, EVP_sha256(), digest.data(), &size) != 1)
        throwOpenssl("can't compute the fingerprint");
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text = "SHA256:";
    for (const unsigned byte : std::span(digest).first(size)) {
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
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

std::string bytesOf(const ASN1_STRING *string)
{
    return {reinterpret_cast<const char *>(ASN1_STRING_get0_data(string)),
            static_cast<std::size_t>(ASN1_STRING_length(string))};
}

std::string addressText(const std::string &bytes)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    const int family = bytes.size() == 4 ? AF_INET : AF_INET6;
    if ((bytes.size() != 4 && bytes.size() != 16) ||
        !::inet_ntop(family, bytes.data(), text.data(), static_cast<socklen_t>(text.size())))
        return {};
    return text.data();
}

std::vector<std::string> namesOf(const X509 *certificate)
{
    const UniqueNames names(
        static_cast<GENERAL_NAMES *>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    std::vector<std::string> texts;
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
        const GENERAL_NAME *const name = sk_GENERAL_NAME_value(names.get(), i);
        std::string text;
        if (name->type == GEN_DNS || name->type == GEN_EMAIL)
            text = bytesOf(name->d.ia5);
        else if (name->type == GEN_IPADD)
            text = addressText(bytesOf(name->d.iPAddress));
        if (!text.empty())
            texts.push_back(std::move(text));
    }
    return texts;
}

std::string readAll(const std::string &path)
{
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!fd)
        throw std::runtime_error(path + ": " + errnoText(errno));
    std::string text(max_file_bytes + 1, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        const ssize_t count = ::read(fd.get(), text.data() + size, text.size() - size);
        if (count < 0 && errno != EINTR)
            throw std::runtime_error(path + ": " + errnoText(errno));
        if (count == 0)
            break;
        if (count > 0)
            size += static_cast<std::size_t>(count);
    }
    if (size > max_file_bytes)
        throw std::runtime_error(path + ": larger than " + std::to_string(max_file_bytes) + " bytes");
    text.resize(size);
    return text;
}

// In place of OpenSSL's own, which would ask on the terminal.
int refusePassword(char *, int, int, void *) noexcept
{
    return -1;
}

} // namespace

void throwOpenssl(const std::string &what)
{
    const char *const reason = ERR_reason_error_string(ERR_peek_error());
    const std::string text = what + ": " + (reason ? reason : "OpenSSL gives no reason");
    ERR_clear_error();
    throw std::runtime_error(text);
}

Certificate readCertificate(std::string_view pem)
{
    ERR_clear_error();
    const UniqueBio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    const UniqueX509 x509(bio ? PEM_read_bio_X509(bio.get(), nullptr, refusePassword, nullptr) : nullptr);
    if (!x509)
        throwOpenssl("there is no certificate in PEM in it");
    Certificate certificate;
    certificate.fingerprint = fingerprintOf(x509.get());
    certificate.names = namesOf(x509.get());
    certificate.valid_from = timeText(X509_get0_notBefore(x509.get()));
    certificate.valid_until = timeText(X509_get0_notAfter(x509.get()));
    certificate.expired = X509_cmp_current_time(X509_get0_notAfter(x509.get())) < 0;
    return certificate;
}

Certificate readCertificateFile(const std::string &path)
{
    const std::string text = readAll(path);
    try {
        return readCertificate(text);
    } catch (const std::runtime_error &error) {
        throw std::runtime_error(path + ": " + error.what());
    }
}

} // namespace netsane
