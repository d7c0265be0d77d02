#include "sandbox/Landlock.hxx"
#include "sandbox/ProcessState.hxx"
#include "sandbox/Sandbox.hxx"
#include "sandbox/SandboxFolders.hxx"

#include <cstdlib>
#include <string>
#include <sys/stat.h>

namespace netsane {

std::string describeUnconfined()
{
    return describeProcess() + ", no sandbox (the configuration says so)";
}

int confineDevice()
{
    setNoNewPrivileges();
#ifdef NETSANE_INSTRUMENTED
    return 0;
#else
    Landlock landlock;
    allowServiceFolders(landlock);
    landlock.allow("/sys", Landlock::Access::write);
    // Calibrations are kept there. Drivers make the folder where it is missing, which they couldn't any more.
    const char *const home = std::getenv("HOME");
    if (home && *home == '/') {
        const std::string folder = std::string(home) + "/.sane";
        ::mkdir(folder.c_str(), S_IRWXU);
        landlock.allow(folder, Landlock::Access::write);
    }
    landlock.refuseSignals();
    return landlock.enforce();
#endif
}

std::string describeDevice(int landlock_version)
{
#ifdef NETSANE_INSTRUMENTED
    static_cast<void>(landlock_version);
    return describeProcess() + ", no Landlock (a build for tests)";
#else
    return describeProcess() + ", " + describeLandlock(landlock_version);
#endif
}

} // namespace netsane
