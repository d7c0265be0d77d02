#include "os/Error.hxx"

#include <cerrno>
#include <system_error>

namespace netsane {

void throwErrno(int error, const std::string &what)
{
    throw std::system_error(error, std::generic_category(), what);
}

void throwErrno(const std::string &what)
{
    throwErrno(errno, what);
}

std::string errnoText(int error)
{
    return std::generic_category().message(error);
}

} // namespace netsane
