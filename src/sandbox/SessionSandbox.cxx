#include "sandbox/Landlock.hxx"
#include "sandbox/ProcessState.hxx"
#include "sandbox/Sandbox.hxx"

#include <cstdlib>
#include <ctime>
#include <sys/resource.h>

namespace netsane {

namespace {

// A limit is what holds where the kernel has no filters. It doesn't hold for root.
void refuseProcesses() noexcept
{
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_NPROC, &none);
}

int confineFiles(const std::string &plugin_dir)
{
    Landlock landlock;
    landlock.allow(plugin_dir, Landlock::Access::read);
    for (const char *const folder :
         {"/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache",
          "/etc/ssl/openssl.cnf", "/etc/pki/tls", "/etc/crypto-policies"})
        landlock.allow(folder, Landlock::Access::read);
    for (const char *const name : {"OPENSSL_CONF", "OPENSSL_MODULES"})
        if (const char *const path = std::getenv(name); path && *path == '/')
            landlock.allow(path, Landlock::Access::read);
    landlock.refuseTcp();
    landlock.refuseAbstractSockets();
    landlock.refuseSignals();
    return landlock.enforce();
}

} // namespace

std::string confineSession(const SessionSandbox &sandbox)
{
    setNoNewPrivileges();
    const std::string text = describeProcess();
#ifdef NETSANE_INSTRUMENTED
    static_cast<void>(sandbox);
    static_cast<void>(refuseProcesses);
    static_cast<void>(confineFiles);
    return text + ", no seccomp and no Landlock (a build for tests)";
#else
    ::tzset(); // the log's times: the zone's file is read once
    refuseProcesses();
    const int version = confineFiles(sandbox.plugin_dir);
    return text + ", " + describeFilter(allowSessionCalls(sandbox.uses_syslog, sandbox.on_refused)) + ", " +
           describeLandlock(version);
#endif
}

} // namespace netsane
