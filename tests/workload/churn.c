/* Children that come and go at a steady rate, with every way to end, and an account of them. */
#include "workload.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SUCCESS, FAILURE, SIGNAL, OUTCOMES };
enum { SHORT, LONG, LIFETIMES };
enum { TABLE = 1 << 16 };

static long ended[LIFETIMES][OUTCOMES];
static pid_t pids[TABLE];
static int is_long[TABLE];
static long live;

static void wait_ms(long ms)
{
    struct timespec left = {ms / 1000, (ms % 1000) * 1000000};
    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        ;
}

static _Noreturn void be_child(long number, int lives_long, const struct churn *churn)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (lives_long) {
        load_apply(&(struct load){.cpu_ms = churn->long_cpu_ms});
        wait_ms(churn->long_ms);
    } else {
        wait_ms(number % 20); /* 0 to 19 ms: most are gone before anyone looks */
    }
    switch (number / churn->long_every % 4) {
    case 0: _exit(3);
    case 1: kill(getpid(), SIGKILL); break;
    case 2: raise(SIGTERM); break;
    default: break;
    }
    _exit(0);
}

static void account(int options)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, options)) > 0) {
        const int outcome = WIFSIGNALED(status) ? SIGNAL : WEXITSTATUS(status) == 0 ? SUCCESS : FAILURE;
        long i = 0;
        while (pids[i] != pid)
            i++;
        ended[is_long[i]][outcome]++;
        live--;
        pids[i] = pids[live];
        is_long[i] = is_long[live];
    }
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

void churn_run(const struct churn *churn)
{
    const double start = seconds_now();
    const long total = (long)churn->per_second * churn->seconds;
    for (long number = 0; number < total; number++) {
        /* By the clock, not by a pause after each: the rate holds on a busy machine too. */
        while (seconds_now() < start + (double)number / churn->per_second) {
            account(WNOHANG);
            wait_ms(1);
        }
        const int lives_long = number % churn->long_every == 0;
        const pid_t pid = fork();
        if (pid == 0)
            be_child(number, lives_long, churn);
        if (pid < 0 || live == TABLE)
            fail("fork");
        pids[live] = pid;
        is_long[live++] = lives_long;
    }
    account(0);
    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    printf("{\"started\":%ld,\"seconds\":%.3f,\"children_cpu_seconds\":%.6f,"
           "\"short\":{\"success\":%ld,\"failure\":%ld,\"signal\":%ld},"
           "\"long\":{\"success\":%ld,\"failure\":%ld,\"signal\":%ld}}\n",
           total, seconds_now() - start,
           usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
           ended[SHORT][SUCCESS], ended[SHORT][FAILURE], ended[SHORT][SIGNAL],
           ended[LONG][SUCCESS], ended[LONG][FAILURE], ended[LONG][SIGNAL]);
    fflush(stdout);
}
