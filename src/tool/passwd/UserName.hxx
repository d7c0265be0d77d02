// Which names a password file may get.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace netsane {

inline constexpr std::size_t max_user_name_bytes = 255;

// What is wrong with a new user's name, for people; empty when nothing is. What [[allow]] gives a meaning of its own
// ("@staff", "*", "anonymous") can't be a user, nor can what would break the file or a command line.
std::string userNameFault(std::string_view name);

} // namespace netsane
