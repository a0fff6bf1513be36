/*
 * An adversary that has pids used again as fast as the kernel lets it: by clone3(2) with set_tid, which takes CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE.
 * Obeys lines on stdin, each answered by a line:
 *   begin N   N children that wait; their pids
 *   succeed   ends them, and makes others with the same pids; how many
 *   living    how many of these live
 *   race MS   for so long ends and makes each again and again; "ROUNDS WRONG": how many it made, and how many somebody else ended
 *   end       ends them all
 */
#include "workload.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/sched.h>

enum { MOST = 1000 };

static pid_t pids[MOST];
static int count;

static pid_t make(pid_t wanted)
{
    struct clone_args args = {.exit_signal = SIGCHLD, .set_tid = wanted ? (uint64_t)(uintptr_t)&wanted : 0, .set_tid_size = wanted ? 1 : 0};
    const pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;)
            pause();
    }
    return pid;
}

/* Whether somebody else had ended it. */
static int end(pid_t pid)
{
    int status;
    const int was_ended = waitpid(pid, &status, WNOHANG) == pid;
    if (was_ended)
        return 1;
    kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return 0;
}

static long milliseconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000L + now.tv_nsec / 1000000;
}

static void race(long milliseconds)
{
    const long until = milliseconds_now() + milliseconds;
    long made = 0, wrong = 0;
    while (milliseconds_now() < until) {
        for (int i = 0; i < count; i++) {
            wrong += end(pids[i]);
            if (make(pids[i]) != pids[i])
                fail("clone3");
            made++;
        }
    }
    printf("%ld %ld\n", made, wrong);
}

static int living(void)
{
    int alive = 0, status;
    for (int i = 0; i < count; i++)
        alive += waitpid(pids[i], &status, WNOHANG) == 0;
    return alive;
}

_Noreturn void reuse_run(void)
{
    char line[64];
    while (fgets(line, sizeof line, stdin)) {
        if (!strncmp(line, "begin ", 6)) {
            count = atoi(line + 6);
            if (count > MOST)
                count = MOST;
            for (int i = 0; i < count; i++) {
                if ((pids[i] = make(0)) < 0)
                    fail("clone3");
                printf("%d ", pids[i]);
            }
            puts("");
        } else if (!strncmp(line, "succeed", 7)) {
            int made = 0;
            for (int i = 0; i < count; i++)
                end(pids[i]);
            for (int i = 0; i < count; i++)
                made += make(pids[i]) == pids[i];
            printf("%d\n", made);
        } else if (!strncmp(line, "living", 6)) {
            printf("%d\n", living());
        } else if (!strncmp(line, "race ", 5)) {
            race(atol(line + 5));
        } else {
            for (int i = 0; i < count; i++)
                end(pids[i]);
            count = 0;
            puts("ok");
        }
        fflush(stdout);
    }
    for (int i = 0; i < count; i++)
        end(pids[i]);
    exit(0);
}
