// The host's end of one auth exchange: what netsane_auth_params_v1.exchange points to. Implemented by AuthExchange.

#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace netsane {

class ExchangeHost {
public:
    /// See netsane_host_v1. False: no answer.
    virtual bool prompt(uint32_t style, std::string_view text, std::span<char> answer) = 0;
    virtual bool setIdentity(std::string_view identity) = 0;
    virtual void setReason(std::string_view reason) = 0;

protected:
    ~ExchangeHost() = default;
};

} // namespace netsane
