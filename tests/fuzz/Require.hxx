// How a fuzz target says that one of its rules is broken: a line on stderr, and the end of the program, which libFuzzer
// and replay.cxx both take for a finding.

#pragma once

#include <cstdio>
#include <cstdlib>

namespace netsane {

/// @param rule what should have been true
inline void require(bool holds, const char *rule)
{
    if (holds)
        return;
    std::fprintf(stderr, "broken rule: %s\n", rule);
    std::abort();
}

} // namespace netsane
