// A TLS peer made of OpenSSL alone, none of crypt_tls: what "openssl s_client" and "s_server" are, in memory.

#pragma once

#include "tests/plugins/TlsBytes.hxx"
#include "tests/plugins/TlsCertificates.hxx"

namespace netsane {

class PlainTlsPeer {
public:
    /// A client that offers netsane/1 and believes everybody; a server of `identity`, without ALPN of its own.
    explicit PlainTlsPeer(Role role, const TlsIdentity *identity = nullptr)
        : context_(SSL_CTX_new(role == Role::Client ? TLS_client_method() : TLS_server_method())), role_(role)
    {
        if (role == Role::Client)
            setAlpn("\x09netsane/1");
        if (identity != nullptr) {
            SSL_CTX_use_certificate(context(), identity->certificate());
            SSL_CTX_use_PrivateKey(context(), identity->key());
        }
        SSL_CTX_set_app_data(context(), this);
        SSL_CTX_set_keylog_callback(context(), noteSecret);
    }
    PlainTlsPeer(const PlainTlsPeer &) = delete;
    PlainTlsPeer &operator=(const PlainTlsPeer &) = delete;

    /// To be set up before the first use of ssl().
    SSL_CTX *context() const { return context_.get(); }

    /// The wire form; "" for no ALPN. A client's.
    void setAlpn(std::string_view list)
    {
        SSL_CTX_set_alpn_protos(context(), reinterpret_cast<const unsigned char *>(list.data()),
                                static_cast<unsigned>(list.size()));
    }

    /// A server's.
    void selectAlpn(const char *protocol)
    {
        SSL_CTX_set_alpn_select_cb(
            context(),
            [](SSL *, const unsigned char **out, unsigned char *size, const unsigned char *, unsigned, void *name) {
                *out = static_cast<const unsigned char *>(name);
                *size = static_cast<unsigned char>(std::string_view(static_cast<const char *>(name)).size());
                return SSL_TLSEXT_ERR_OK;
            },
            const_cast<char *>(protocol));
    }

    SSL *ssl()
    {
        if (ssl_ == nullptr) {
            ssl_.reset(SSL_new(context()));
            SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
            if (role_ == Role::Client)
                SSL_set_connect_state(ssl_.get());
            else
                SSL_set_accept_state(ssl_.get());
        }
        return ssl_.get();
    }

    bool isOpen() { return SSL_is_init_finished(ssl()) == 1; }

    /// Goes on with the handshake and reads; exchanges wire bytes with `stream` until nothing moves.
    void talkTo(CryptStream &stream)
    {
        for (bool moved = true; moved;) {
            work();
            const Bytes out = pullPeer();
            size_t taken = 0;
            while (const size_t count = stream.pushWire(std::span(out).subspan(taken)))
                taken += count;
            const Bytes in = pull(stream);
            give(in);
            moved = !out.empty() || !in.empty();
        }
    }

    /// Takes bytes of the other side and does what is to be done.
    void give(const Bytes &in)
    {
        BIO_write(SSL_get_rbio(ssl()), in.data(), static_cast<int>(in.size()));
        work();
    }

    Bytes pullPeer()
    {
        return takeAll([&](std::span<std::byte> space) {
            const int count = BIO_read(SSL_get_wbio(ssl()), space.data(), static_cast<int>(space.size()));
            return count > 0 ? static_cast<size_t>(count) : 0;
        });
    }

    void write(std::string_view words) { SSL_write(ssl(), words.data(), static_cast<int>(words.size())); }

    std::string text;         ///< all that it has read
    bool saw_goodbye = false; ///< close_notify came
    std::string error;        ///< the first one, OpenSSL's words
    std::string secret;       ///< what it encrypts data with in TLS 1.3 (RecordForger)

private:
    void work()
    {
        char space[4096];
        if (!isOpen() && SSL_do_handshake(ssl()) != 1)
            noteError();
        while (isOpen()) {
            const int count = SSL_read(ssl(), space, sizeof space);
            if (count <= 0) {
                noteError();
                saw_goodbye = (SSL_get_shutdown(ssl()) & SSL_RECEIVED_SHUTDOWN) != 0 && error.empty();
                break;
            }
            text.append(space, static_cast<size_t>(count));
        }
        ERR_clear_error();
    }
    // a line "CLIENT_TRAFFIC_SECRET_0 random secret", in hex
    static void noteSecret(const SSL *ssl, const char *line)
    {
        PlainTlsPeer &self = *static_cast<PlainTlsPeer *>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
        const std::string_view text(line);
        if (!text.starts_with(self.role_ == Role::Client ? "CLIENT_TRAFFIC_SECRET_0 " : "SERVER_TRAFFIC_SECRET_0 "))
            return;
        const std::string hex(text.substr(text.rfind(' ') + 1));
        for (size_t i = 0; i + 1 < hex.size(); i += 2)
            self.secret += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    }
    void noteError()
    {
        if (error.empty() && ERR_peek_error() != 0)
            error = ErrorQueue::firstReason();
    }

    UniqueSslContext context_;
    UniqueSsl ssl_;
    const Role role_;
};

} // namespace netsane
