#include "tool/StandardOutput.hxx"

#include "tool/ToolError.hxx"

#include <cstdio>

namespace netsane {

void writeStandardOutput(const std::string &text)
{
    if (std::fputs(text.c_str(), stdout) < 0 || std::fflush(stdout) != 0)
        throw ToolError(ExitCode::failed, "standard output can't be written to");
}

} // namespace netsane
