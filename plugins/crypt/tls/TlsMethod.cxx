#include "TlsMethod.hxx"

#include "HostSettings.hxx"
#include "TlsContext.hxx"
#include "Wire.hxx"

#include <new>

namespace netsane {

TlsMethod::TlsMethod(const netsane_host_v1 &host) : host_(host)
{
    wire_method_ = Wire::makeMethod();
    const HostSettings settings(host);
    if ((host.roles & NETSANE_ROLE_SERVER) != 0)
        server_ = makeServerContext(settings);
    if ((host.roles & NETSANE_ROLE_CLIENT) != 0)
        client_ = makeClientContext(settings);
}

UniqueSsl TlsMethod::makeSsl(uint32_t role) const
{
    const UniqueSslContext &context = role == NETSANE_ROLE_SERVER ? server_ : client_;
    if (context == nullptr)
        throw std::runtime_error("a stream in a role that the host hasn't announced");
    UniqueSsl ssl(SSL_new(context.get()));
    if (ssl == nullptr)
        throw std::bad_alloc();
    if (role == NETSANE_ROLE_SERVER)
        SSL_set_accept_state(ssl.get());
    else
        SSL_set_connect_state(ssl.get());
    return ssl;
}

} // namespace netsane
