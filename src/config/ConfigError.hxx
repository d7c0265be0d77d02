// Thrown for a configuration that can't be used; what() is "FILE:LINE: KEY: what is wrong", for the administrator.
#pragma once

#include <stdexcept>
#include <string>

namespace netsane {

class ConfigError : public std::runtime_error {
public:
    explicit ConfigError(const std::string &what) : std::runtime_error(what) {}
};

} // namespace netsane
