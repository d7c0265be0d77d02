#include "os/LoaderEnvironment.hxx"

#include <cstdlib>
#include <string>
#include <string_view>
#include <unistd.h>

namespace netsane {

namespace {

bool concernsLoader(std::string_view entry)
{
    return entry.starts_with("LD_") || entry.starts_with("LTDL_LIBRARY_PATH=");
}

} // namespace

void clearLoaderEnvironment() noexcept
{
    // unsetenv moves the entries, so stay at the same place after a removal
    for (char **entry = environ; entry != nullptr && *entry != nullptr;) {
        const std::string_view text(*entry);
        const std::string name(text.substr(0, text.find('=')));
        if (!concernsLoader(text) || ::unsetenv(name.c_str()) != 0)
            ++entry;
    }
}

} // namespace netsane
