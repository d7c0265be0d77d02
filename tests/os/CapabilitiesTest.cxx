#include "os/Capabilities.hxx"

#include <gtest/gtest.h>

#include <cstdlib>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace netsane;

namespace {

// The exit status of a child that runs the function.
template<typename Function>
int resultInChild(const Function &function)
{
    const pid_t pid = ::fork();
    if (pid == 0)
        ::_exit(function());
    int status = -1;
    if (pid < 0 || ::waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
        return -1;
    return WEXITSTATUS(status);
}

constexpr CapabilitySet only(unsigned number)
{
    return CapabilitySet{1} << number;
}

} // namespace

TEST(Capabilities, AreGone)
{
    EXPECT_EQ(resultInChild([] {
                  limitBoundingSet(0);
                  if (!limitCapabilities(0))
                      return 1;
                  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
                      return 2;
                  return capabilitiesHeld() == 0 ? 0 : 3;
              }),
              0);
}

TEST(Capabilities, AreGoneButForThoseThatAreKept)
{
    if ((capabilitiesHeld() & only(CAP_SETPCAP)) == 0)
        return; // nothing to keep
    EXPECT_EQ(resultInChild([] {
                  limitBoundingSet(only(CAP_CHOWN));
                  if (!limitCapabilities(only(CAP_CHOWN)))
                      return 1;
                  if (::prctl(PR_CAPBSET_READ, CAP_CHOWN) != 1 || ::prctl(PR_CAPBSET_READ, CAP_KILL) != 0)
                      return 2;
                  return capabilitiesHeld() == only(CAP_CHOWN) ? 0 : 3;
              }),
              0);
}
