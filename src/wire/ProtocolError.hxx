// Thrown for malformed or illegal input from a peer; caught in one place per process.
#pragma once

#include <stdexcept>
#include <string>

namespace netsane {

class ProtocolError : public std::runtime_error {
public:
    explicit ProtocolError(const std::string &reason) : std::runtime_error(reason) {}
};

} // namespace netsane
