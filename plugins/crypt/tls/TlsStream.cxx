#include "TlsStream.hxx"

#include "PeerCertificate.hxx"
#include "TlsContext.hxx"

#include <algorithm>
#include <array>
#include <new>
#include <openssl/x509v3.h>
#include <stdexcept>
#include <utility>

namespace netsane {

namespace {

constexpr size_t max_record_bytes = SSL3_RT_MAX_PLAIN_LENGTH;     // 16384, of plain bytes
constexpr size_t max_wire_record_bytes = max_record_bytes + 1024; // and, before it, an answer to a key update
constexpr size_t max_wire_bytes = 98304;                          // that wait for pullWire: a block of 64 KiB and more
constexpr size_t record_overhead = 64;                            // more than any cipher's

constexpr std::string_view binding_label = "EXPORTER-Channel-Binding";
constexpr size_t binding_bytes = 32;

} // namespace

TlsStream::TlsStream(const TlsMethod &method, const netsane_crypt_params_v1 &params)
    : peer_name_(params.peer_name), ssl_(method.makeSsl(params.role))
{
    wire_.connect(ssl_.get(), method.wireMethod());
    const netsane_host_v1 &host = method.host();
    X509_VERIFY_PARAM_set_time(SSL_get0_param(ssl_.get()), static_cast<time_t>(host.wall_seconds(host.host)));
    if (isClient()) {
        askFor(peer_name_);
        advance();
    }
    if (state_ == NETSANE_STATE_ERROR)
        throw std::runtime_error(error_);
}

// SNI, and what the certificate must be for. An address has neither zone nor SNI.
void TlsStream::askFor(const std::string &host)
{
    X509_VERIFY_PARAM *const wanted = SSL_get0_param(ssl_.get());
    if (host.empty() || X509_VERIFY_PARAM_set1_ip_asc(wanted, host.substr(0, host.find('%')).c_str()) == 1)
        return;
    ERR_clear_error();
    std::string name = host;
    if (name.ends_with('.'))
        name.pop_back();
    // OpenSSL would take ".name" for everything below it
    if (name.empty() || name.starts_with('.') || SSL_set_tlsext_host_name(ssl_.get(), name.c_str()) != 1)
        throw std::runtime_error("\"" + host + "\" is no name of a host");
    X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    if (X509_VERIFY_PARAM_set1_host(wanted, name.data(), name.size()) != 1)
        throw std::bad_alloc();
}

size_t TlsStream::pushWire(std::span<const std::byte> bytes)
{
    if (isFinal())
        return 0;
    if (state_ == NETSANE_STATE_OPEN && plain_.size() < max_plain_bytes)
        plain_.reserve(std::min(bytes.size() + max_record_bytes, max_plain_bytes - plain_.size()));
    wire_.offer(bytes);
    while (advance()) {
    }
    plain_.releaseIfEmpty();
    if (shut_down_)
        sayGoodbye();
    return bytes.size() - wire_.withdraw();
}

bool TlsStream::advance()
{
    switch (state_) {
    case NETSANE_STATE_HANDSHAKE:
        return shakeHands();
    case NETSANE_STATE_OPEN:
        return readRecord();
    default:
        return false;
    }
}

bool TlsStream::shakeHands()
{
    const int result = SSL_do_handshake(ssl_.get());
    if (result != 1)
        return canGoOn(result);
    if (!hasProtocol(ssl_.get())) {
        fail("the handshake has ended without the protocol netsane/1 (ALPN)");
        return false;
    }
    state_ = NETSANE_STATE_OPEN;
    wire_.bearFruit();
    return true;
}

bool TlsStream::readRecord()
{
    // a whole record must fit, so that OpenSSL keeps nothing of it
    if (plain_.size() + max_record_bytes > max_plain_bytes)
        return false;
    const std::span<std::byte> room = plain_.room(max_record_bytes);
    size_t count = 0;
    const int result = SSL_read_ex(ssl_.get(), room.data(), room.size(), &count);
    if (result != 1)
        return canGoOn(result);
    plain_.commit(count);
    wire_.bearFruit();
    return true;
}

// After a call that hasn't succeeded: true if another one can do something now.
bool TlsStream::canGoOn(int result)
{
    const int error = SSL_get_error(ssl_.get(), result);
    // OpenSSL also asks for a pause behind a message without data, and more of them may stand in the same record
    if (error == SSL_ERROR_WANT_READ)
        return !wire_.isHungry();
    if (error == SSL_ERROR_ZERO_RETURN && state_ == NETSANE_STATE_OPEN)
        state_ = NETSANE_STATE_CLOSED;
    else if (error == SSL_ERROR_ZERO_RETURN)
        fail("the peer has ended the connection in the handshake");
    else
        fail(failureText());
    return false;
}

void TlsStream::fail(std::string reason) noexcept
{
    state_ = NETSANE_STATE_ERROR;
    error_ = std::move(reason);
    wire_.withdraw();
}

std::string TlsStream::failureText() const
{
    if (const char *const refusal = refusalOf(ssl_.get()))
        return refusal;
    if (wire_.isFruitless())
        return "the peer sends much without any data in it";
    if (wire_.isOverfull())
        return "the peer makes many answers necessary and takes none of them";
    const unsigned long error = ERR_peek_error();
    const int reason = ERR_GET_LIB(error) == ERR_LIB_SSL ? ERR_GET_REASON(error) : 0;
    if (reason >= SSL_AD_REASON_OFFSET)
        return "the peer refuses: " + ErrorQueue::firstReason();
    if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED)
        return "of the client: " + verificationText(SSL_get_verify_result(ssl_.get()), {});
    if (reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE)
        return "the client shows no certificate";
    return ErrorQueue::firstReason();
}

size_t TlsStream::writePlain(std::span<const std::byte> bytes)
{
    if (state_ == NETSANE_STATE_OPEN && wire_.outboundBytes() < max_wire_bytes)
        wire_.reserveOutbound(std::min(bytes.size() + (bytes.size() / max_record_bytes + 1) * record_overhead,
                                       max_wire_bytes - wire_.outboundBytes()));
    size_t taken = 0;
    while (state_ == NETSANE_STATE_OPEN && !shut_down_ && taken < bytes.size() &&
           wire_.outboundBytes() + max_wire_record_bytes <= max_wire_bytes) {
        const auto chunk = bytes.subspan(taken, std::min(bytes.size() - taken, max_record_bytes));
        size_t count = 0;
        const int result = SSL_write_ex(ssl_.get(), chunk.data(), chunk.size(), &count);
        taken += count;
        if (result == 1)
            continue;
        // the first part of a message of TLS's own has come, and OpenSSL does nothing else until the rest is there
        if (SSL_get_error(ssl_.get(), result) == SSL_ERROR_WANT_READ)
            break;
        fail(failureText());
    }
    return taken;
}

void TlsStream::endWire() noexcept
{
    if (!isFinal())
        state_ = NETSANE_STATE_TRUNCATED;
}

void TlsStream::shutdown() noexcept
{
    shut_down_ = true;
    sayGoodbye();
}

// Once. Within a handshake, or a message of TLS's own, OpenSSL can't: then pushWire tries again.
void TlsStream::sayGoodbye() noexcept
{
    // a peer that has ended its direction without a goodbye may still read ours
    const bool may_speak = state_ != NETSANE_STATE_ERROR && SSL_is_init_finished(ssl_.get()) == 1;
    if (!may_speak || (SSL_get_shutdown(ssl_.get()) & SSL_SENT_SHUTDOWN) != 0)
        return;
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
}

bool TlsStream::isVerified() const noexcept
{
    return SSL_get0_peer_certificate(ssl_.get()) != nullptr && SSL_get_verify_result(ssl_.get()) == X509_V_OK;
}

const char *TlsStream::errorText()
{
    if (state_ == NETSANE_STATE_ERROR)
        return error_.c_str();
    if (!isClient() || SSL_is_init_finished(ssl_.get()) == 0 || (isVerified() && !peer_name_.empty()))
        return nullptr;
    answer_ = isVerified() ? "there is no host name to look for in the certificate"
                           : verificationText(SSL_get_verify_result(ssl_.get()), peer_name_);
    return answer_.c_str();
}

size_t TlsStream::exportBinding(std::span<std::byte> space) const noexcept
{
    if (state_ != NETSANE_STATE_OPEN || space.size() < binding_bytes)
        return 0;
    // in 1.2 two connections can be made to have the same one without it
    if (SSL_version(ssl_.get()) < TLS1_3_VERSION && SSL_get_extms_support(ssl_.get()) != 1)
        return 0;
    auto *const out = reinterpret_cast<unsigned char *>(space.data());
    // a context of no bytes, which in 1.2 isn't the same as none
    const bool done = SSL_export_keying_material(ssl_.get(), out, binding_bytes, binding_label.data(),
                                                 binding_label.size(), out, 0, 1) == 1;
    return done ? binding_bytes : 0;
}

std::string TlsStream::identity(uint32_t what) const
{
    if (SSL_is_init_finished(ssl_.get()) == 0)
        return {};
    if (what == NETSANE_PEER_PROTOCOL)
        return std::string(SSL_get_version(ssl_.get())) + " " + SSL_get_cipher_name(ssl_.get());
    const X509 *const certificate = SSL_get0_peer_certificate(ssl_.get());
    if (certificate == nullptr)
        return {};
    if (what == NETSANE_PEER_FINGERPRINT)
        return fingerprintOf(certificate);
    if (what == NETSANE_PEER_CERTIFICATE)
        return pemOf(certificate);
    if (what != NETSANE_PEER_NAME || !isVerified())
        return {};
    return isClient() ? peer_name_ : clientNameOf(certificate);
}

const char *TlsStream::peer(uint32_t what)
{
    answer_ = identity(what);
    return answer_.empty() ? nullptr : answer_.c_str();
}

} // namespace netsane
