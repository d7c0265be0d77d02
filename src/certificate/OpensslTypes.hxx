// OpenSSL's objects with an owner, and what it says when something fails.
#pragma once

#include <memory>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <string>

namespace netsane {

template<auto release>
struct ReleaseWith {
    template<class Object>
    void operator()(Object *object) const noexcept
    {
        release(object);
    }
};

using UniqueBio = std::unique_ptr<BIO, ReleaseWith<BIO_free>>;
using UniqueBignum = std::unique_ptr<BIGNUM, ReleaseWith<BN_free>>;
using UniqueExtension = std::unique_ptr<X509_EXTENSION, ReleaseWith<X509_EXTENSION_free>>;
using UniqueKey = std::unique_ptr<EVP_PKEY, ReleaseWith<EVP_PKEY_free>>;
using UniqueNames = std::unique_ptr<GENERAL_NAMES, ReleaseWith<GENERAL_NAMES_free>>;
using UniqueX509 = std::unique_ptr<X509, ReleaseWith<X509_free>>;

// Throws std::runtime_error: what couldn't be done, and why in OpenSSL's words. Empties its queue of errors.
[[noreturn]] void throwOpenssl(const std::string &what);

} // namespace netsane
