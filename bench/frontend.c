/* A frontend that measures: how long SANE's calls take with any backend that SANE's configuration names.
 *
 *     frontend open DEVICE COUNT
 *     frontend scan DEVICE COUNT MAX_SECONDS [NAME=VALUE ...]
 *
 * open: opens and closes the device COUNT times, and writes one line of JSON: the milliseconds of each sane_open.
 * scan: opens it, sets options, writes a line "ready" and waits for a line; then scans COUNT times, reading blocks of
 * scanimage's size, each for MAX_SECONDS at most (then it is cancelled); writes a line of JSON and waits for another
 * line before it closes the device, so that the server's processes are all there while somebody looks at them. In it,
 * for each scan: "begin", when sane_start was called, "first", when the first sane_read had returned, and "end", when
 * the last one had (CLOCK_MONOTONIC, seconds), and "bytes"; and "cpu", the processor seconds of this process for all.
 */
#include <sane/sane.h>
#include <sane/saneopts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { block_bytes = 32 * 1024 };

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double cpuSeconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void must(SANE_Status status, const char *what)
{
    if (status == SANE_STATUS_GOOD)
        return;
    fprintf(stderr, "frontend: %s: %s\n", what, sane_strstatus(status));
    exit(1);
}

static void waitLine(void)
{
    int c;
    fflush(stdout);
    do
        c = getchar();
    while (c != '\n' && c != EOF);
}

static int measureOpen(const char *device, int count)
{
    printf("{\"open_ms\": [");
    for (int i = 0; i < count; ++i) {
        SANE_Handle handle;
        const double begin = now();
        must(sane_open(device, &handle), device);
        printf("%s%.4f", i == 0 ? "" : ", ", (now() - begin) * 1000);
        sane_close(handle);
    }
    printf("]}\n");
    return 0;
}

static void setValue(SANE_Handle handle, SANE_Int number, const SANE_Option_Descriptor *option, const char *text)
{
    char buffer[4096] = "";
    SANE_Word word = option->type == SANE_TYPE_FIXED ? SANE_FIX(atof(text)) : atoi(text);
    void *value = &word;
    if (option->type == SANE_TYPE_STRING) {
        if (option->size > (SANE_Int)sizeof buffer) {
            fprintf(stderr, "frontend: %s is too long\n", option->name);
            exit(1);
        }
        snprintf(buffer, sizeof buffer, "%s", text);
        value = buffer;
    }
    must(sane_control_option(handle, number, SANE_ACTION_SET_VALUE, value, NULL), option->name);
}

static void setOption(SANE_Handle handle, char *assignment)
{
    char *value = strchr(assignment, '=');
    SANE_Int count = 0;
    if (value) {
        *value++ = '\0';
        must(sane_control_option(handle, 0, SANE_ACTION_GET_VALUE, &count, NULL), "option 0");
        for (SANE_Int i = 1; i < count; ++i) {
            const SANE_Option_Descriptor *option = sane_get_option_descriptor(handle, i);
            if (option && option->name && strcmp(option->name, assignment) == 0) {
                setValue(handle, i, option, value);
                return;
            }
        }
    }
    fprintf(stderr, "frontend: no option NAME=VALUE: %s\n", assignment);
    exit(1);
}

static void measureScan(SANE_Handle handle, double max_seconds)
{
    static SANE_Byte block[block_bytes];
    double first = 0;
    unsigned long long bytes = 0;
    SANE_Status status;
    const double begin = now();
    must(sane_start(handle), "sane_start");
    do {
        SANE_Int length = 0;
        status = sane_read(handle, block, block_bytes, &length);
        if (first == 0)
            first = now();
        bytes += (unsigned long long)length;
    } while (status == SANE_STATUS_GOOD && now() - begin < max_seconds);
    if (status != SANE_STATUS_EOF)
        must(status, "sane_read");
    printf("{\"begin\": %.9f, \"first\": %.9f, \"end\": %.9f, \"bytes\": %llu}", begin, first, now(), bytes);
    sane_cancel(handle);
}

static int measureScans(const char *device, int count, double max_seconds, char **assignments)
{
    SANE_Handle handle;
    must(sane_open(device, &handle), device);
    for (; *assignments; ++assignments)
        setOption(handle, *assignments);
    puts("ready");
    waitLine();
    const double cpu = cpuSeconds();
    printf("{\"scans\": [");
    for (int i = 0; i < count; ++i) {
        fputs(i == 0 ? "" : ", ", stdout);
        measureScan(handle, max_seconds);
    }
    printf("], \"cpu\": %.6f}\n", cpuSeconds() - cpu);
    waitLine();
    sane_close(handle);
    return 0;
}

int main(int argc, char **argv)
{
    int code = 2;
    must(sane_init(NULL, NULL), "sane_init");
    if (argc == 4 && strcmp(argv[1], "open") == 0)
        code = measureOpen(argv[2], atoi(argv[3]));
    else if (argc >= 5 && strcmp(argv[1], "scan") == 0)
        code = measureScans(argv[2], atoi(argv[3]), atof(argv[4]), argv + 5);
    else
        fputs("usage: frontend open DEVICE COUNT\n"
              "       frontend scan DEVICE COUNT MAX_SECONDS [NAME=VALUE ...]\n",
              stderr);
    sane_exit();
    return code;
}
