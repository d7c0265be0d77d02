#include "sandbox/Landlock.hxx"
#include "sandbox/ProcessState.hxx"
#include "sandbox/Sandbox.hxx"
#include "sandbox/SandboxFolders.hxx"

namespace netsane {

std::string confineAuth(bool may_run_setuid)
{
    if (may_run_setuid)
        return describeProcess() + ", no seccomp and no Landlock (a method needs programs that have more rights)";
    setNoNewPrivileges();
    const std::string text = describeProcess();
#ifdef NETSANE_INSTRUMENTED
    return text + ", no seccomp and no Landlock (a build for tests)";
#else
    Landlock landlock;
    allowServiceFolders(landlock);
    landlock.refuseSignals();
    const int version = landlock.enforce();
    return text + ", " + describeFilter(refuseSystemCalls()) + ", " + describeLandlock(version);
#endif
}

} // namespace netsane
