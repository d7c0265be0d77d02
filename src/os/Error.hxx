// std::system_error from errno, saying what was being done to which thing.
#pragma once

#include <string>

namespace netsane {

// what: "bind 127.0.0.1:6576"; the text of errno is added.
[[noreturn]] void throwErrno(const std::string &what);
[[noreturn]] void throwErrno(int error, const std::string &what);

// "Permission denied" and the like, thread-safe.
std::string errnoText(int error);

} // namespace netsane
