// The certificate that this side shows, its chain and its private key: the keys "certificate" and "key" of the
// configuration.

#pragma once

#include "HostSettings.hxx"
#include "Openssl.hxx"

namespace netsane {

/// Reads both files, checks them and hands them to `context`. The certificate in the file comes first, then those that
/// lead to a CA. Logs the fingerprint, and a warning where the dates are wrong: whoever has pinned it may go on. Throws
/// SettingError, LoggedError or std::bad_alloc.
void useOwnCertificate(const HostSettings &settings, SSL_CTX *context);

} // namespace netsane
