#include "TlsContext.hxx"

#include "OwnCertificate.hxx"

#include <algorithm>
#include <new>
#include <span>
#include <string>
#include <string_view>

namespace netsane {

namespace {

constexpr int min_security_level = 2;        // 112 bits
constexpr long max_peer_chain_bytes = 98304; // a good deal more than OwnCertificate sends
constexpr unsigned char alpn_list[] = "\x09netsane/1";
constexpr unsigned alpn_list_bytes = sizeof alpn_list - 1;
static_assert(alpn_list[0] == alpn_protocol.size() && alpn_list_bytes == alpn_protocol.size() + 1);

constexpr const char *no_offer = "the client doesn't offer the protocol netsane/1 (ALPN)";
constexpr const char *not_selected = "the server hasn't selected the protocol netsane/1 (ALPN)";

void refuseHandshake(SSL *ssl, const char *reason) noexcept
{
    SSL_set_app_data(ssl, const_cast<char *>(reason));
}

// Without the extension OpenSSL wouldn't ask selectProtocol at all.
int seeClientHello(SSL *ssl, int *alert, void *) noexcept
{
    const unsigned char *data = nullptr;
    size_t size = 0;
    if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_application_layer_protocol_negotiation, &data, &size) == 1)
        return SSL_CLIENT_HELLO_SUCCESS;
    refuseHandshake(ssl, no_offer);
    *alert = SSL_AD_NO_APPLICATION_PROTOCOL;
    return SSL_CLIENT_HELLO_ERROR;
}

int selectProtocol(SSL *ssl, const unsigned char **out, unsigned char *out_size, const unsigned char *in,
                   unsigned in_size, void *) noexcept
{
    unsigned char *selected = nullptr;
    if (SSL_select_next_proto(&selected, out_size, alpn_list, alpn_list_bytes, in, in_size) != OPENSSL_NPN_NEGOTIATED) {
        refuseHandshake(ssl, no_offer);
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    *out = selected;
    return SSL_TLSEXT_ERR_OK;
}

// A bad certificate doesn't end the handshake: the host decides, by its fingerprint maybe. SSL_get_verify_result keeps
// what was wrong. By now ALPN is settled, and this is the last moment for an alert to the server.
int verifyServer(X509_STORE_CTX *context, void *) noexcept
{
    ERR_set_mark();
    if (X509_verify_cert(context) <= 0 && X509_STORE_CTX_get_error(context) == X509_V_OK)
        X509_STORE_CTX_set_error(context, X509_V_ERR_UNSPECIFIED);
    ERR_pop_to_mark();
    auto *const ssl = static_cast<SSL *>(X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()));
    if (hasProtocol(ssl))
        return 1;
    refuseHandshake(ssl, not_selected);
    X509_STORE_CTX_set_error(context, X509_V_ERR_APPLICATION_VERIFICATION);
    return 0;
}

void setVersions(const HostSettings &settings, SSL_CTX *context)
{
    const std::string_view version = settings.value("min_version", "1.3");
    if (version != "1.3" && version != "1.2")
        settings.refuse("min_version", "must be \"1.3\" or \"1.2\"");
    if (SSL_CTX_set_min_proto_version(context, version == "1.3" ? TLS1_3_VERSION : TLS1_2_VERSION) != 1 ||
        SSL_CTX_set_max_proto_version(context, 0) != 1 ||
        SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL") != 1) // of 1.2; all of 1.3 are fine
        settings.refuse("min_version", ErrorQueue::firstReason());
}

// Of those of 1.3, AES with 128 bits first: as safe, and a good part of the time that an image takes is its encryption.
// An order that somebody has put into OpenSSL's configuration stays.
void preferQuickCiphers(SSL_CTX *context)
{
    constexpr std::string_view quick = TLS1_3_RFC_AES_128_GCM_SHA256;
    const STACK_OF(SSL_CIPHER) *const ciphers = SSL_CTX_get_ciphers(context);
    std::string order;
    std::string others;
    bool has_quick = false;
    for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i) {
        const SSL_CIPHER *const cipher = sk_SSL_CIPHER_value(ciphers, i);
        const std::string_view name = SSL_CIPHER_get_name(cipher);
        if (SSL_CIPHER_get_version(cipher) != std::string_view("TLSv1.3"))
            continue;
        order.append(order.empty() ? "" : ":").append(name);
        if (name == quick)
            has_quick = true;
        else
            others.append(":").append(name);
    }
    if (!has_quick || order != OSSL_default_ciphersuites())
        return;
    if (SSL_CTX_set_ciphersuites(context, (std::string(quick) + others).c_str()) != 1)
        throw SettingError("OpenSSL doesn't take its own ciphers: " + ErrorQueue::firstReason());
}

// Each connection makes a handshake of its own. Connections are few and long, so resuming them would save nothing, and
// it would keep secrets beyond a connection, pass over the peer's certificate and let early data be replayed.
void forbidResumption(SSL_CTX *context) noexcept
{
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_max_early_data(context, 0);
}

UniqueSslContext makeContext(const HostSettings &settings, const SSL_METHOD *method)
{
    UniqueSslContext made(SSL_CTX_new(method));
    SSL_CTX *const context = made.get();
    if (context == nullptr)
        throw SettingError("OpenSSL doesn't start: " + ErrorQueue::firstReason());
    // OpenSSL's system-wide configuration may have set the options that are cleared here
    SSL_CTX_clear_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION |
                                       SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_NO_EXTENDED_MASTER_SECRET);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN | SSL_MODE_ENABLE_PARTIAL_WRITE);
    // one call, one record: what the peer sends without any data in it comes by TlsStream
    SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_security_level(context, std::max(SSL_CTX_get_security_level(context), min_security_level));
    SSL_CTX_set_max_cert_list(context, max_peer_chain_bytes);
    forbidResumption(context);
    setVersions(settings, context);
    preferQuickCiphers(context);
    return made;
}

// What the admin names is believed, an intermediate CA or a server's own certificate as well.
void believe(const HostSettings &settings, const char *key, SSL_CTX *context)
{
    X509_STORE *const store = SSL_CTX_get_cert_store(context);
    const UniqueX509Stack certificates = settings.certificates(key);
    for (int i = 0; i < sk_X509_num(certificates.get()); ++i)
        if (X509_STORE_add_cert(store, sk_X509_value(certificates.get(), i)) != 1)
            settings.refuse(key, ErrorQueue::firstReason());
    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
}

int clientCertificateMode(const HostSettings &settings)
{
    const std::string_view wish = settings.value("client_certificate", "optional");
    if (wish == "required")
        return SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    if (wish == "optional")
        return SSL_VERIFY_PEER;
    settings.refuse("client_certificate", "must be \"required\" or \"optional\"");
}

} // namespace

UniqueSslContext makeServerContext(const HostSettings &settings)
{
    if (!settings.has("certificate") || !settings.has("key"))
        throw SettingError("[crypt_tls]: a server needs a certificate and its private key: set \"certificate\" and "
                           "\"key\" to the paths of files in PEM");
    UniqueSslContext context = makeContext(settings, TLS_server_method());
    SSL_CTX_set_options(context.get(), SSL_OP_CLEANSE_PLAINTEXT); // a client's password; a client reads pictures
    useOwnCertificate(settings, context.get());
    if (settings.has("client_ca")) {
        believe(settings, "client_ca", context.get());
        SSL_CTX_set_verify(context.get(), clientCertificateMode(settings), nullptr);
    } else if (settings.has("client_certificate")) {
        settings.refuse("client_certificate", "certificates of clients can't be verified without \"client_ca\"");
    }
    SSL_CTX_set_client_hello_cb(context.get(), seeClientHello, nullptr);
    SSL_CTX_set_alpn_select_cb(context.get(), selectProtocol, nullptr);
    return context;
}

UniqueSslContext makeClientContext(const HostSettings &settings)
{
    UniqueSslContext context = makeContext(settings, TLS_client_method());
    if (settings.has("certificate") || settings.has("key"))
        useOwnCertificate(settings, context.get());
    if (settings.has("ca"))
        believe(settings, "ca", context.get());
    else if (SSL_CTX_set_default_verify_paths(context.get()) != 1)
        throw SettingError("the system's store of CAs can't be used: " + ErrorQueue::firstReason());
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_cert_verify_callback(context.get(), verifyServer, nullptr);
    if (SSL_CTX_set_alpn_protos(context.get(), alpn_list, alpn_list_bytes) != 0)
        throw std::bad_alloc();
    return context;
}

bool hasProtocol(const SSL *ssl) noexcept
{
    const unsigned char *protocol = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl, &protocol, &size);
    return std::ranges::equal(std::span(protocol, size), alpn_protocol,
                              [](unsigned char a, char b) { return a == static_cast<unsigned char>(b); });
}

const char *refusalOf(const SSL *ssl) noexcept
{
    return static_cast<const char *>(SSL_get_app_data(ssl));
}

} // namespace netsane
