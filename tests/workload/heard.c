/* Says when each signal came. */
#include "workload.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

_Noreturn void heard_run(void)
{
    sigset_t wanted;
    siginfo_t info;
    struct timespec now;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGUSR1);
    sigaddset(&wanted, SIGTERM);
    sigprocmask(SIG_BLOCK, &wanted, NULL);
    puts("ready");
    fflush(stdout);
    while (sigwaitinfo(&wanted, &info) == SIGUSR1) {
        clock_gettime(CLOCK_MONOTONIC, &now);
        printf("%lld\n", now.tv_sec * 1000000000LL + now.tv_nsec);
        fflush(stdout);
    }
    exit(0);
}
