// The method as init makes it: contexts for the roles that the host wants. Owned by the host through its handle, and
// outlives its streams.

#pragma once

#include "Openssl.hxx"

#include <netsane/plugin.h>

namespace netsane {

class TlsMethod {
public:
    /// Reads all files of the configuration. Throws SettingError, LoggedError or std::bad_alloc.
    explicit TlsMethod(const netsane_host_v1 &host);

    const netsane_host_v1 &host() const noexcept { return host_; }
    const BIO_METHOD *wireMethod() const noexcept { return wire_method_.get(); }

    /// For a stream of this role. Throws std::runtime_error if the host hasn't announced the role, std::bad_alloc.
    UniqueSsl makeSsl(uint32_t role) const;

private:
    const netsane_host_v1 &host_;
    UniqueBioMethod wire_method_;
    UniqueSslContext server_;
    UniqueSslContext client_;
};

} // namespace netsane
