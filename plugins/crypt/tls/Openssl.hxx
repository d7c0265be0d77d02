// OpenSSL's objects with an owner, and its queue of errors.

#pragma once

#include <memory>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <string>

namespace netsane {

template<auto release>
struct Releaser {
    template<class T>
    void operator()(T *object) const noexcept
    {
        release(object);
    }
};

inline void releaseStack(STACK_OF(X509) * certificates) noexcept
{
    sk_X509_pop_free(certificates, X509_free);
}

using UniqueBio = std::unique_ptr<BIO, Releaser<BIO_free>>;
using UniqueBioMethod = std::unique_ptr<BIO_METHOD, Releaser<BIO_meth_free>>;
using UniqueKey = std::unique_ptr<EVP_PKEY, Releaser<EVP_PKEY_free>>;
using UniqueSsl = std::unique_ptr<SSL, Releaser<SSL_free>>;
using UniqueSslContext = std::unique_ptr<SSL_CTX, Releaser<SSL_CTX_free>>;
using UniqueX509 = std::unique_ptr<X509, Releaser<X509_free>>;
using UniqueX509Stack = std::unique_ptr<STACK_OF(X509), Releaser<releaseStack>>;

/// Before anything else of OpenSSL, even before its queue of errors is looked at. OpenSSL's state is the process's, and
/// the process may be anybody's program: nothing of OpenSSL is to run when that exits, for streams may live until then.
/// The system's configuration of OpenSSL is read, as it would be at the first use: it is where an admin demands more
/// than we do. A program that was there first has decided for itself: OpenSSL does this once. If it fails, all else
/// does.
inline void startOpenssl() noexcept
{
    (void)OPENSSL_init_ssl(OPENSSL_INIT_NO_ATEXIT, nullptr);
}

/// Around each call that enters the module: OpenSSL keeps one queue of errors per thread, and judges calls by what is
/// in it. The program may use OpenSSL as well, so what it left doesn't reach us, and nothing of ours stays.
class ErrorQueue {
public:
    ErrorQueue() noexcept { ERR_clear_error(); }
    ~ErrorQueue() { ERR_clear_error(); }
    ErrorQueue(const ErrorQueue &) = delete;
    ErrorQueue &operator=(const ErrorQueue &) = delete;

    /// What went wrong first, in OpenSSL's words.
    static std::string firstReason()
    {
        const char *const reason = ERR_reason_error_string(ERR_peek_error());
        return reason != nullptr ? reason : "OpenSSL gives no reason";
    }
};

} // namespace netsane
