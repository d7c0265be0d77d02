#include "HostSettings.hxx"

#include <new>
#include <openssl/pem.h>

namespace netsane {

namespace {

/// The bytes of a file, wiped at the end; OpenSSL reads them where they are.
class HostFile {
public:
    HostFile(const netsane_host_v1 &host, const char *key, uint32_t flags) : host_(host)
    {
        size_t size = 0;
        if (host_.open_file(host_.host, key, flags, &data_, &size) != 0)
            throw LoggedError();
        bio_.reset(BIO_new_mem_buf(data_, static_cast<int>(size))); // at most 1 MiB, says the host
        if (bio_ == nullptr) {
            host_.close_file(host_.host, data_);
            throw std::bad_alloc();
        }
    }
    ~HostFile()
    {
        bio_.reset();
        host_.close_file(host_.host, data_);
    }
    HostFile(const HostFile &) = delete;
    HostFile &operator=(const HostFile &) = delete;

    BIO *bio() const noexcept { return bio_.get(); }

private:
    const netsane_host_v1 &host_;
    const void *data_ = nullptr;
    UniqueBio bio_;
};

/// In place of OpenSSL's own, which would ask on the terminal. `asked` points to a bool.
int refusePassword(char *, int, int, void *asked) noexcept
{
    *static_cast<bool *>(asked) = true;
    return -1;
}

bool isAtEnd() noexcept
{
    const unsigned long error = ERR_peek_last_error();
    return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

} // namespace

std::string_view HostSettings::value(const char *key, std::string_view fallback) const noexcept
{
    const char *const text = host_.config(host_.host, key);
    return text != nullptr ? std::string_view(text) : fallback;
}

void HostSettings::refuse(const char *key, const std::string &text) const
{
    throw SettingError("[crypt_tls] " + std::string(key) + ": " + std::string(value(key, "not set")) + ": " + text);
}

UniqueX509Stack HostSettings::certificates(const char *key) const
{
    const HostFile file(host_, key, NETSANE_FILE_PUBLIC);
    UniqueX509Stack all(sk_X509_new_null());
    if (all == nullptr)
        throw std::bad_alloc();
    bool asked = false;
    while (UniqueX509 certificate{PEM_read_bio_X509(file.bio(), nullptr, refusePassword, &asked)}) {
        if (sk_X509_push(all.get(), certificate.get()) == 0)
            throw std::bad_alloc();
        (void)certificate.release(); // the stack's now
    }
    if (!isAtEnd())
        refuse(key, "damaged: " + ErrorQueue::firstReason());
    ERR_clear_error();
    if (sk_X509_num(all.get()) == 0)
        refuse(key, "there is no certificate in PEM in it");
    return all;
}

UniqueKey HostSettings::privateKey(const char *key) const
{
    const HostFile file(host_, key, NETSANE_FILE_SECRET);
    bool asked = false;
    UniqueKey result(PEM_read_bio_PrivateKey(file.bio(), nullptr, refusePassword, &asked));
    if (asked)
        refuse(key, "the key is encrypted, and nobody can be asked for its password; decrypt the file, with "
                    "\"openssl pkey\" for instance, and protect it by its permissions");
    if (result == nullptr)
        refuse(key, "no private key in PEM can be read from it: " + ErrorQueue::firstReason());
    return result;
}

} // namespace netsane
