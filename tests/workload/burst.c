/* Many short processes, all at once or spread over a time, by fork or by fork and exec, each burning what it is told; and what wait4 says. */
#include "workload.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LEAST_MS = 20, MOST_MS = 50 };

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

/* Burns without looking at any clock: asking for CPU time makes the kernel bring its accounts up to date, and would hide what they lack. */
static long rounds_per_ms;

static void spin(long rounds)
{
    volatile unsigned long sink = 1;
    for (long i = 0; i < rounds; i++)
        sink = sink * 2862933555777941757UL + 3037000493UL;
}

static void calibrate(void)
{
    enum { TRIAL = 2000000 };
    struct timespec from, to;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
    spin(TRIAL);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
    const double ms = (to.tv_sec - from.tv_sec) * 1e3 + (to.tv_nsec - from.tv_nsec) / 1e6;
    rounds_per_ms = (long)(TRIAL / (ms > 0 ? ms : 1));
}

/* One of the short processes: burns, and ends in one of four ways. */
_Noreturn void burst_child(long number, long rounds)
{
    spin(rounds * (LEAST_MS + number * 7 % (MOST_MS - LEAST_MS + 1)));
    switch (number % 4) {
    case 0: _exit(0);
    case 1: _exit(3);
    case 2: kill(getpid(), SIGKILL); break;
    default: signal(SIGTERM, SIG_DFL); raise(SIGTERM); break;
    }
    _exit(64);
}

static struct {
    long success, failure, signal;
    double cpu;
} truth;

static void account(int options)
{
    int status;
    struct rusage usage;
    while (wait4(-1, &status, options, &usage) > 0) {
        if (WIFSIGNALED(status)) truth.signal++;
        else if (WEXITSTATUS(status) == 0) truth.success++;
        else truth.failure++;
        truth.cpu += usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    }
}

void burst_run(const struct burst *burst)
{
    const double start = seconds_now();
    char number[32], rounds[32];
    char *words[] = {NULL, "--burst-rounds", rounds, "--burst-child", number, NULL};
    calibrate();
    snprintf(rounds, sizeof rounds, "%ld", rounds_per_ms);
    char own[4096];
    const ssize_t length = readlink("/proc/self/exe", own, sizeof own - 1);
    if (length < 0)
        fail("/proc/self/exe");
    own[length] = 0;
    words[0] = own;
    for (long i = 0; i < burst->count; i++) {
        while (seconds_now() < start + (double)burst->seconds * i / burst->count) {
            account(WNOHANG);
            nanosleep(&(struct timespec){0, 1000000}, NULL);
        }
        const pid_t pid = fork();
        if (pid < 0)
            fail("fork");
        if (pid > 0)
            continue;
        if (burst->mib)
            touch_memory(burst->mib);
        if (!burst->exec)
            burst_child(i, rounds_per_ms);
        snprintf(number, sizeof number, "%ld", i);
        execv(own, words);
        fail("execv");
    }
    account(0);
    printf("{\"success\":%ld,\"failure\":%ld,\"signal\":%ld,\"cpu_seconds\":%.6f,\"seconds\":%.3f}\n",
           truth.success, truth.failure, truth.signal, truth.cpu, seconds_now() - start);
    fflush(stdout);
}
