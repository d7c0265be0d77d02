// What is asked on the control socket (doc/control.md): a line of words. A plain value.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace netsane {

struct ControlRequest {
    // Of a line, with its end.
    static constexpr std::size_t max_bytes = 1024;

    enum class Command { status, kick, reload };
    enum class Target { any, connection, user, address, device };

    Command command = Command::status;
    Target target = Target::any; // of kick
    std::string value;           // of kick

    // A line without its end: "status", "reload", "kick any alice", "kick device net:a b:0". The value is all that
    // stands behind the second blank. Throws std::invalid_argument that says what is wrong, in printable words.
    static ControlRequest parse(std::string_view line);
};

} // namespace netsane
