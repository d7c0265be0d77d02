// Deliberately bad: its entry point throws.

#include "FaultyAuth.hxx"

#include <stdexcept>

NETSANE_PLUGIN_ENTRY(auth_entrythrows)
{
    (void)host_minor;
    throw std::runtime_error("entry refused");
}
