// Deliberately bad: a function that it calls exists nowhere.

#include "FaultyAuth.hxx"

extern "C" uint32_t netsane_test_function_that_exists_nowhere(void);

namespace {

const netsane_auth_ops_v1 operations = netsane::faultyOperations();
const netsane_plugin_v1 plugin = netsane::faultyPlugin("undefined", 0x8010, &operations);

} // namespace

NETSANE_PLUGIN_ENTRY(auth_undefined)
{
    return host_minor == UINT32_MAX && netsane_test_function_that_exists_nowhere() == 0 ? nullptr : &plugin;
}
