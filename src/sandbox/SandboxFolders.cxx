#include "sandbox/SandboxFolders.hxx"

#include <cstdlib>

namespace netsane {

void allowServiceFolders(Landlock &landlock)
{
    landlock.allow("/", Landlock::Access::execute);
    for (const char *const folder : {"/dev", "/proc", "/run", "/tmp", "/var"})
        landlock.allow(folder, Landlock::Access::write);
    const char *const temporary = std::getenv("TMPDIR");
    if (temporary && *temporary == '/')
        landlock.allow(temporary, Landlock::Access::write);
}

} // namespace netsane
