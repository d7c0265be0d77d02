/* client.h has to be C: this compiles it with every pedantry and calls what needs no server. */
#include <netsane/client.h>

int netsane_c_client_test(void);

int netsane_c_client_test(void)
{
    netsane_options options = {0};
    char error[64];
    options.struct_size = (uint32_t)sizeof options;
    return netsane_connect("", &options, error, sizeof error) == NULL && error[0] != '\0' &&
           netsane_printf(NULL, "%d\n", NETSANE_CMD_INIT) == -1;
}
