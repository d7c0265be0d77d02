#include "os/Capabilities.hxx"

#include <cerrno>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace netsane {

namespace {

constexpr int most_capabilities = 64;

struct Sets {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3]{};
};

bool read(Sets &sets) noexcept
{
    return ::syscall(SYS_capget, &sets.header, sets.data) == 0;
}

CapabilitySet together(std::uint32_t low, std::uint32_t high) noexcept
{
    return low | (CapabilitySet{high} << 32U);
}

bool isIn(CapabilitySet set, int number) noexcept
{
    return ((set >> static_cast<unsigned>(number)) & 1U) != 0;
}

} // namespace

void limitBoundingSet(CapabilitySet kept) noexcept
{
    // The first number that the kernel doesn't know ends the list.
    for (int number = 0; number < most_capabilities && ::prctl(PR_CAPBSET_READ, number, 0, 0, 0) >= 0; ++number)
        if (!isIn(kept, number))
            ::prctl(PR_CAPBSET_DROP, number, 0, 0, 0);
}

bool limitCapabilities(CapabilitySet kept) noexcept
{
    // Kernels before 4.3 have no ambient set.
    if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 && errno != EINVAL)
        return false;
    Sets sets;
    if (!read(sets))
        return false;
    for (unsigned word = 0; word < _LINUX_CAPABILITY_U32S_3; ++word) {
        const auto mask = static_cast<std::uint32_t>(kept >> (32U * word));
        sets.data[word].inheritable = 0;
        sets.data[word].permitted &= mask;
        sets.data[word].effective &= mask;
    }
    return ::syscall(SYS_capset, &sets.header, sets.data) == 0;
}

CapabilitySet capabilitiesHeld() noexcept
{
    Sets sets;
    if (!read(sets))
        return all_capabilities;
    CapabilitySet held = together(sets.data[0].permitted, sets.data[1].permitted);
    if (::geteuid() == 0 && ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
        for (int number = 0; number < most_capabilities && ::prctl(PR_CAPBSET_READ, number, 0, 0, 0) >= 0; ++number)
            if (::prctl(PR_CAPBSET_READ, number, 0, 0, 0) == 1)
                held |= CapabilitySet{1} << static_cast<unsigned>(number);
    return held;
}

} // namespace netsane
