// What all streams of a role share: versions, ciphers, own certificate, whom to believe.

#pragma once

#include "HostSettings.hxx"
#include "Openssl.hxx"

namespace netsane {

/// The one protocol of ALPN (RFC 7301): protocol.md §5.1.
inline constexpr std::string_view alpn_protocol = "netsane/1";

/// From [crypt_tls]: certificate and key (both needed), min_version ("1.3" or "1.2"), client_ca, client_certificate
/// ("optional" or "required"). Throws SettingError, LoggedError or std::bad_alloc, blocks on the disk.
UniqueSslContext makeServerContext(const HostSettings &settings);

/// From [crypt_tls]: ca (or else the system's), certificate and key (both or none), min_version. Of the system's store
/// files may be read later, when a certificate is verified. Throws and blocks like makeServerContext().
UniqueSslContext makeClientContext(const HostSettings &settings);

/// Whether the handshake has settled on alpn_protocol.
bool hasProtocol(const SSL *ssl) noexcept;

/// Why a callback has refused the handshake of this SSL; nullptr if none has. The text is constant.
const char *refusalOf(const SSL *ssl) noexcept;

} // namespace netsane
