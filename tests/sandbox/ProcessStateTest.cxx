#include "InChild.hxx"

#include "os/Capabilities.hxx"
#include "sandbox/ProcessState.hxx"

#include <gtest/gtest.h>

#include <pwd.h>

using namespace netsane;

TEST(ProcessState, NamesUserAndGroups)
{
    const passwd *const entry = ::getpwuid(::geteuid());
    const std::string user = entry ? entry->pw_name : std::to_string(::geteuid());
    EXPECT_EQ(describeProcess().find("user " + user + ", group"), 0U) << describeProcess();
}

TEST(ProcessState, TellsOfPowersThatAreGivenUp)
{
    const int result = resultInChild([] {
        if (!limitCapabilities(0) || !setNoNewPrivileges())
            return 1;
        return describeProcess().find(", no capabilities, no new privileges") == std::string::npos ? 2 : 0;
    });
    EXPECT_EQ(result, 0);
}

TEST(ProcessState, TellsOfPowersThatAreLeft)
{
    const int result = resultInChild([] {
        if (hasNoNewPrivileges())
            return 0;
        return describeProcess().find("new privileges possible") == std::string::npos ? 1 : 0;
    });
    EXPECT_EQ(result, 0);
    EXPECT_EQ(describeProcess().find("no capabilities") != std::string::npos, capabilitiesHeld() == 0);
}
