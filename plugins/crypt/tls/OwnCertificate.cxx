#include "OwnCertificate.hxx"

#include "PeerCertificate.hxx"

namespace netsane {

namespace {

// OpenSSL's peers refuse more than 100 KiB, and the flight has to fit into Wire.
constexpr size_t max_chain_bytes = 65536;

size_t sizeInDer(STACK_OF(X509) * certificates)
{
    size_t sum = 0;
    for (int i = 0; i < sk_X509_num(certificates); ++i) {
        const int size = i2d_X509(sk_X509_value(certificates, i), nullptr);
        sum += size > 0 ? static_cast<size_t>(size) : 0;
    }
    return sum;
}

void warnAboutDates(const HostSettings &settings, const X509 *certificate)
{
    auto now = static_cast<time_t>(settings.host().wall_seconds(settings.host().host));
    const std::string which = "the certificate in " + std::string(settings.value("certificate", ""));
    if (X509_cmp_time(X509_get0_notAfter(certificate), &now) < 0)
        settings.log(NETSANE_LOG_WARNING, which + " has expired at " + timeText(X509_get0_notAfter(certificate)));
    if (X509_cmp_time(X509_get0_notBefore(certificate), &now) > 0)
        settings.log(NETSANE_LOG_WARNING, which + " isn't valid before " + timeText(X509_get0_notBefore(certificate)));
}

} // namespace

void useOwnCertificate(const HostSettings &settings, SSL_CTX *context)
{
    const UniqueX509Stack chain = settings.certificates("certificate");
    if (sizeInDer(chain.get()) > max_chain_bytes)
        settings.refuse("certificate", "the certificates have more than 64 KiB");
    const UniqueKey key = settings.privateKey("key");
    const UniqueX509 own(sk_X509_shift(chain.get()));
    if (X509_check_private_key(own.get(), key.get()) != 1)
        settings.refuse("key", "this isn't the key of the first certificate in " +
                                   std::string(settings.value("certificate", "")));
    ERR_clear_error();
    if (SSL_CTX_use_cert_and_key(context, own.get(), key.get(), chain.get(), 1) != 1)
        settings.refuse("certificate", "can't be used: " + ErrorQueue::firstReason());
    warnAboutDates(settings, own.get());
    settings.log(NETSANE_LOG_INFO, "certificate " + fingerprintOf(own.get()) + ", valid until " +
                                       timeText(X509_get0_notAfter(own.get())));
}

} // namespace netsane
