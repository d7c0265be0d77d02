// Deliberately bad: its entry point is that of a later major version.

#include "FaultyAuth.hxx"

extern "C" NETSANE_PLUGIN_EXPORT const void *auth_wrongversion_LTX_netsane_plugin_v2(uint32_t host_minor);

const void *auth_wrongversion_LTX_netsane_plugin_v2(uint32_t)
{
    return nullptr;
}
