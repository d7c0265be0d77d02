#include "PasswordCheck.hxx"

#include "ShadowFile.hxx"
#include "ShadowUsers.hxx"
#include "common/CryptWork.hxx"
#include "common/HostPasswordFile.hxx"
#include "common/UserTable.hxx"

#include <cstring>
#include <exception>
#include <string>

namespace netsane {

namespace {

constexpr std::string_view system_shadow = "shadow";
constexpr const char *default_shadow_file = "/etc/shadow";

std::string shadowPath(const netsane_host_v1 &host)
{
    const char *const path = host.config(host.host, "shadow_file");
    if (path != nullptr && *path != '/')
        throw ShadowError("shadow_file = \"" + std::string(path) + "\" is not an absolute path");
    return path != nullptr ? path : default_shadow_file;
}

int64_t today(const netsane_host_v1 &host)
{
    constexpr int64_t day_seconds = 86400;
    return host.wall_seconds(host.host) / day_seconds;
}

/// Calls `use` with the users while the file is in memory.
template<class Use>
auto withUsers(const netsane_host_v1 &host, Use &&use)
{
    const char *const file = host.config(host.host, HostPasswordFile::key);
    if (file != nullptr && file == system_shadow) {
        const ShadowFile shadow(host, shadowPath(host));
        return use(readShadowUsers(shadow.text(), today(host)));
    }
    const HostPasswordFile passwords(host);
    return use(passwords.users());
}

const char *findFault(const netsane_host_v1 &host, const UserTable::Lookup &lookup, const char *password)
{
    CryptWork work(host);
    const char *const crypted = work.hash(password, lookup.crypted);
    // the length of a stored form tells its scheme only, so it needs no hiding
    const bool same = crypted != nullptr && std::strlen(crypted) == lookup.crypted.size() &&
                      host.equal(host.host, crypted, lookup.crypted.data(), lookup.crypted.size()) == 1;
    if (same && lookup.usable)
        return nullptr;
    // who doesn't know the password of somebody who has expired is a case of its own
    return refusalText(same || !lookup.own ? lookup.standing : Standing::Good);
}

} // namespace

const char *findFault(const netsane_host_v1 &host, std::string_view user, const char *password)
{
    return withUsers(host, [&](const UserTable &users) { return findFault(host, users.find(user), password); });
}

int32_t checkUsers(const netsane_host_v1 &host) noexcept
{
    try {
        return withUsers(host, [](const UserTable &) { return 0; });
    } catch (const ShadowNeedsRoot &error) {
        host.log(host.host, NETSANE_LOG_ERROR, error.what());
        return NETSANE_INIT_NEEDS_ROOT;
    } catch (const ShadowError &error) {
        host.log(host.host, NETSANE_LOG_ERROR, error.what());
        return -1;
    } catch (const std::exception &) {
        return -1; // the host knows the reason
    }
}

} // namespace netsane
