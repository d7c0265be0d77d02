// Deliberately bad: it wants a newer host.

#include "FaultyAuth.hxx"

NETSANE_PLUGIN_ENTRY(auth_newer)
{
    (void)host_minor;
    return nullptr;
}
