// What the terminal behind a descriptor can show. Functions without state.
#pragma once

#include <cstddef>

namespace netsane {

// Whether lines there can be written over: a terminal, and not one that TERM says is dumb.
bool isTerminal(int fd) noexcept;

// A terminal, and NO_COLOR isn't set.
bool wantsColours(int fd) noexcept;

// 80 where it doesn't say.
std::size_t terminalColumns(int fd) noexcept;

// Of the environment (LC_ALL, LC_CTYPE, LANG). Changes the program's LC_CTYPE to it.
bool isUtf8Locale() noexcept;

} // namespace netsane
