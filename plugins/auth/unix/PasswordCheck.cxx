#include "PasswordCheck.hxx"

#include "common/HostResources.hxx"
#include "common/PasswordFile.hxx"

#include <crypt.h>
#include <cstring>
#include <string>

namespace netsane {

namespace {

constexpr const char *file_key = "file";

/// What crypt(3) needs and leaves behind.
struct Workspace {
    crypt_data data;
    char setting[PasswordFile::max_crypted_bytes + 1];
};

PasswordFile parse(const netsane_host_v1 &host, std::string_view text)
{
    try {
        return PasswordFile(text);
    } catch (const PasswordFileError &error) {
        const char *const path = host.config(host.host, file_key);
        const std::string reason = std::string(path != nullptr ? path : file_key) + ": " + error.what();
        host.log(host.host, NETSANE_LOG_ERROR, reason.c_str());
        throw;
    }
}

} // namespace

bool isPassword(const netsane_host_v1 &host, std::string_view user, const char *password)
{
    const HostFile file(host, file_key);
    const PasswordFile passwords = parse(host, file.text());
    const PasswordFile::Lookup lookup = passwords.find(user);

    const HostMemory<Workspace> work = makeHostMemory<Workspace>(host);
    std::memcpy(work->setting, lookup.crypted.data(), lookup.crypted.size());
    const char *const crypted = ::crypt_rn(password, work->setting, &work->data, static_cast<int>(sizeof work->data));
    if (crypted == nullptr || *crypted == '*')
        return false;
    // the length of a stored form tells its scheme only, so it needs no hiding
    const size_t size = std::strlen(crypted);
    const bool same = size == lookup.crypted.size() && host.equal(host.host, crypted, work->setting, size) == 1;
    return same && lookup.usable;
}

void checkPasswordFile(const netsane_host_v1 &host)
{
    const HostFile file(host, file_key);
    parse(host, file.text());
}

} // namespace netsane
