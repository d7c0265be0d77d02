#include "UnixServer.hxx"

#include "PasswordCheck.hxx"
#include "common/CryptWork.hxx"

#include <cstring>
#include <utility>

namespace netsane {

UnixServer::UnixServer(const netsane_host_v1 &host, const netsane_auth_params_v1 &params)
    : host_(host), exchange_(params.exchange), user_(params.user)
{
}

uint32_t UnixServer::fail(const char *reason) const
{
    host_.set_reason(exchange_, reason);
    return NETSANE_VERDICT_FAIL;
}

uint32_t UnixServer::step(const netsane_auth_step_v1 &step)
{
    if (!std::exchange(asked_, true))
        return NETSANE_VERDICT_CONTINUE;
    if (step.in_count != 1)
        return fail("the reply doesn't have exactly one field");
    const netsane_field &field = step.in[0];
    if (field.size > max_password_bytes)
        return fail("the password is too long");
    if (field.size < 2) // the empty string is the seed's NULL
        return fail("the reply has no password");
    const auto *const password = static_cast<const char *>(field.data);
    if (std::memchr(password, '\0', field.size) != password + field.size - 1)
        return fail("the password is not a string");
    const char *const fault = findFault(host_, user_, password);
    return fault == nullptr ? NETSANE_VERDICT_OK : fail(fault);
}

} // namespace netsane
