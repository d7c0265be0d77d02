#include "sandbox/Landlock.hxx"
#include "sandbox/ProcessState.hxx"
#include "sandbox/Sandbox.hxx"

#include <ctime>

namespace netsane {

std::string confineDiscovery()
{
    setNoNewPrivileges();
    const std::string text = describeProcess();
#ifdef NETSANE_INSTRUMENTED
    return text + ", no seccomp and no Landlock (a build for tests)";
#else
    ::tzset(); // the log's times: the zone's file is read once
    Landlock landlock;
    for (const char *const folder : {"/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64",
                                     "/usr/local/lib", "/usr/share/locale", "/etc/ld.so.cache"})
        landlock.allow(folder, Landlock::Access::read);
    landlock.refuseTcp();
    landlock.refuseSignals();
    const int version = landlock.enforce();
    return text + ", " + describeFilter(refuseSystemCalls()) + ", " + describeLandlock(version);
#endif
}

} // namespace netsane
