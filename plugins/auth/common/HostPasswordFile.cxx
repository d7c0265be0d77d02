#include "HostPasswordFile.hxx"

#include <string>

namespace netsane {

namespace {

PasswordFile parse(const netsane_host_v1 &host, std::string_view text)
{
    try {
        return PasswordFile(text);
    } catch (const PasswordFileError &error) {
        const char *const path = host.config(host.host, HostPasswordFile::key);
        const std::string reason = std::string(path != nullptr ? path : HostPasswordFile::key) + ": " + error.what();
        host.log(host.host, NETSANE_LOG_ERROR, reason.c_str());
        throw;
    }
}

} // namespace

HostPasswordFile::HostPasswordFile(const netsane_host_v1 &host)
    : file_(host, key), passwords_(parse(host, file_.text()))
{
}

} // namespace netsane
