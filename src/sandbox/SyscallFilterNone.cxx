#include "sandbox/SyscallFilter.hxx"

namespace netsane {

bool allowSessionCalls(bool, OnRefusedCall)
{
    return false;
}

bool refuseSystemCalls()
{
    return false;
}

} // namespace netsane
