/* Loads the SANE backend and goes through whole sessions in one process, as a frontend that runs for days does.

   cycle BACKEND DEVICE CYCLES MODE

   BACKEND is the file, MODE is "close" (the backend is unloaded after each cycle) or "keep". Prints what goes wrong and
   ends with 1; also when a descriptor or a thread is left over. Meant to be run under valgrind(1).  */

#include <dirent.h>
#include <dlfcn.h>
#include <sane/sane.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct backend {
    void *module;
    SANE_Status (*init)(SANE_Int *, SANE_Auth_Callback);
    void (*exit)(void);
    SANE_Status (*get_devices)(const SANE_Device ***, SANE_Bool);
    SANE_Status (*open)(SANE_String_Const, SANE_Handle *);
    void (*close)(SANE_Handle);
    const SANE_Option_Descriptor *(*get_option_descriptor)(SANE_Handle, SANE_Int);
    SANE_Status (*control_option)(SANE_Handle, SANE_Int, SANE_Action, void *, SANE_Int *);
    SANE_Status (*get_parameters)(SANE_Handle, SANE_Parameters *);
    SANE_Status (*start)(SANE_Handle);
    SANE_Status (*read)(SANE_Handle, SANE_Byte *, SANE_Int, SANE_Int *);
    void (*cancel)(SANE_Handle);
};

static void fail(const char *what, int status)
{
    fprintf(stderr, "cycle: %s: status %d\n", what, status);
    exit(1);
}

static void check(const char *what, SANE_Status status)
{
    if (status != SANE_STATUS_GOOD)
        fail(what, (int)status);
}

static int count_entries(const char *path)
{
    int count = 0;
    DIR *folder = opendir(path);
    if (folder == NULL)
        fail(path, -1);
    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count;
}

static void find(struct backend *backend, const char *name, void *function)
{
    void *symbol = dlsym(backend->module, name);
    if (symbol == NULL)
        fail(name, -1);
    memcpy(function, &symbol, sizeof symbol);
}

static void load(struct backend *backend, const char *path)
{
    backend->module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (backend->module == NULL) {
        fprintf(stderr, "cycle: %s\n", dlerror());
        exit(1);
    }
    find(backend, "sane_netsane_init", &backend->init);
    find(backend, "sane_netsane_exit", &backend->exit);
    find(backend, "sane_netsane_get_devices", &backend->get_devices);
    find(backend, "sane_netsane_open", &backend->open);
    find(backend, "sane_netsane_close", &backend->close);
    find(backend, "sane_netsane_get_option_descriptor", &backend->get_option_descriptor);
    find(backend, "sane_netsane_control_option", &backend->control_option);
    find(backend, "sane_netsane_get_parameters", &backend->get_parameters);
    find(backend, "sane_netsane_start", &backend->start);
    find(backend, "sane_netsane_read", &backend->read);
    find(backend, "sane_netsane_cancel", &backend->cancel);
}

static void read_options(const struct backend *backend, SANE_Handle handle)
{
    SANE_Word count = 0;
    check("number of options", backend->control_option(handle, 0, SANE_ACTION_GET_VALUE, &count, NULL));
    for (SANE_Int number = 1; number < count; number++) {
        const SANE_Option_Descriptor *option = backend->get_option_descriptor(handle, number);
        if (option == NULL)
            fail("descriptor", number);
        if (option->type == SANE_TYPE_GROUP || option->type == SANE_TYPE_BUTTON ||
            !SANE_OPTION_IS_ACTIVE(option->cap) || !(option->cap & SANE_CAP_SOFT_DETECT))
            continue;
        void *value = calloc(1, (size_t)option->size);
        check(option->name, backend->control_option(handle, number, SANE_ACTION_GET_VALUE, value, NULL));
        free(value);
    }
}

/* Sets the mode, which makes the backend bring all descriptors anew. */
static void set_mode(const struct backend *backend, SANE_Handle handle, const char *mode)
{
    SANE_Word count = 0;
    check("number of options", backend->control_option(handle, 0, SANE_ACTION_GET_VALUE, &count, NULL));
    for (SANE_Int number = 1; number < count; number++) {
        const SANE_Option_Descriptor *option = backend->get_option_descriptor(handle, number);
        if (option->name == NULL || strcmp(option->name, "mode") != 0)
            continue;
        char *value = calloc(1, (size_t)option->size);
        strncpy(value, mode, (size_t)option->size - 1);
        check("set mode", backend->control_option(handle, number, SANE_ACTION_SET_VALUE, value, NULL));
        free(value);
        return;
    }
    fail("no option mode", -1);
}

static void scan(const struct backend *backend, SANE_Handle handle, int stop_early)
{
    SANE_Parameters parameters;
    SANE_Byte buffer[32768];
    SANE_Int length = 0;
    long long total = 0;
    SANE_Status status;

    check("start", backend->start(handle));
    check("parameters", backend->get_parameters(handle, &parameters));
    while ((status = backend->read(handle, buffer, (SANE_Int)sizeof buffer, &length)) == SANE_STATUS_GOOD) {
        total += length;
        if (stop_early)
            break;
    }
    backend->cancel(handle);
    if (stop_early)
        return;
    if (status != SANE_STATUS_EOF)
        fail("read", (int)status);
    if (total != (long long)parameters.bytes_per_line * parameters.lines)
        fail("size of the image", (int)total);
}

/* Under valgrind a first handshake may take longer than a server gets for its list: it is asked again then. */
static void list(const struct backend *backend, int number)
{
    for (int tries = 0; tries < 5; tries++) {
        const SANE_Device **devices = NULL;
        check("list", backend->get_devices(&devices, SANE_FALSE));
        if (devices == NULL)
            break;
        if (devices[0] != NULL)
            return;
    }
    fail("the list is empty", number);
}

static void cycle(const char *path, const char *device, int keep, int number)
{
    struct backend backend;
    SANE_Handle handle = NULL;
    SANE_Int version = 0;

    load(&backend, path);
    check("init", backend.init(&version, NULL));
    list(&backend, number);
    check("open", backend.open(device, &handle));
    read_options(&backend, handle);
    set_mode(&backend, handle, "Color");
    read_options(&backend, handle);
    scan(&backend, handle, 0);
    scan(&backend, handle, 1);
    if (number % 5 == 0 && backend.start(handle) != SANE_STATUS_GOOD) /* closed in the middle of a scan */
        fail("start before close", number);
    /* Every seventh cycle leaves the handle to sane_exit. */
    if (number % 7 != 0)
        backend.close(handle);
    backend.exit();
    if (!keep && dlclose(backend.module) != 0)
        fail("dlclose", number);
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: cycle BACKEND DEVICE CYCLES close|keep\n");
        return 2;
    }
    int cycles = atoi(argv[3]);
    int keep = strcmp(argv[4], "keep") == 0;
    int descriptors = count_entries("/proc/self/fd");
    for (int number = 1; number <= cycles; number++)
        cycle(argv[1], argv[2], keep, number);
    int left = count_entries("/proc/self/fd") - descriptors;
    int threads = count_entries("/proc/self/task") - 2; /* without . and .. */
    printf("%d cycles, %d descriptors left, %d threads\n", cycles, left, threads);
    return left == 0 && threads == 1 ? 0 : 1;
}
