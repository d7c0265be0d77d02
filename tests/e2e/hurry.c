/* Preloaded into a program, makes its monotonic clock run NETSANE_HURRY times as fast, with poll(2) to match: a
   deadline of half a minute is seen within seconds, and a machine that is slow is still fast enough.  */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>

static long factor(void)
{
    static long value;
    if (value == 0) {
        const char *text = getenv("NETSANE_HURRY");
        value = text != NULL && atol(text) > 0 ? atol(text) : 1;
    }
    return value;
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
    static int (*real)(clockid_t, struct timespec *);
    static struct timespec begin;
    if (real == NULL)
        real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    const int result = real(clock, time);
    if (clock != CLOCK_MONOTONIC || result != 0)
        return result;
    if (begin.tv_sec == 0)
        begin = *time;
    const long long second = 1000000000LL;
    const long long passed = ((time->tv_sec - begin.tv_sec) * second + time->tv_nsec - begin.tv_nsec) * factor();
    time->tv_sec = begin.tv_sec + passed / second;
    time->tv_nsec = begin.tv_nsec + passed % second;
    if (time->tv_nsec >= second) {
        time->tv_nsec -= second;
        time->tv_sec++;
    }
    return result;
}

int poll(struct pollfd *fds, nfds_t count, int timeout)
{
    static int (*real)(struct pollfd *, nfds_t, int);
    if (real == NULL)
        real = (int (*)(struct pollfd *, nfds_t, int))dlsym(RTLD_NEXT, "poll");
    return real(fds, count, timeout <= 0 ? timeout : (int)((timeout + factor() - 1) / factor()));
}
