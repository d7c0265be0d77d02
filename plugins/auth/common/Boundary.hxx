// The C operations over a C++ class that is one exchange. No exception passes; a failure is logged and INTERNAL.

#pragma once

#include <exception>
#include <memory>
#include <netsane/plugin.h>

namespace netsane {

/// What an exchange's handle points to.
template<class Exchange>
struct ExchangeHandle {
    ExchangeHandle(const netsane_host_v1 &table, const netsane_auth_params_v1 &params)
        : host(table), exchange(table, params)
    {
    }

    const netsane_host_v1 &host;
    Exchange exchange;
};

/// The method's state is the host table itself.
template<class Exchange>
uint32_t startExchange(void *method, const netsane_auth_params_v1 *params, void **exchange) noexcept
{
    const auto *const host = static_cast<const netsane_host_v1 *>(method);
    try {
        *exchange = std::make_unique<ExchangeHandle<Exchange>>(*host, *params).release();
        return NETSANE_VERDICT_CONTINUE;
    } catch (const std::exception &error) {
        host->log(host->host, NETSANE_LOG_ERROR, error.what());
        return NETSANE_VERDICT_INTERNAL;
    }
}

template<class Exchange>
uint32_t stepExchange(void *exchange, netsane_auth_step_v1 *step) noexcept
{
    auto &handle = *static_cast<ExchangeHandle<Exchange> *>(exchange);
    try {
        return handle.exchange.step(*step);
    } catch (const std::exception &error) {
        handle.host.log(handle.host.host, NETSANE_LOG_ERROR, error.what());
        return NETSANE_VERDICT_INTERNAL;
    }
}

template<class Exchange>
void freeExchange(void *exchange) noexcept
{
    const std::unique_ptr<ExchangeHandle<Exchange>> owned(static_cast<ExchangeHandle<Exchange> *>(exchange));
}

template<class Exchange>
constexpr netsane_auth_ops_v1 exchangeOperations()
{
    netsane_auth_ops_v1 operations{};
    operations.struct_size = sizeof operations;
    operations.start = startExchange<Exchange>;
    operations.step = stepExchange<Exchange>;
    operations.free = freeExchange<Exchange>;
    return operations;
}

} // namespace netsane
