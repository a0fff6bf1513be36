/* Ends that are easily misread: a thread that executes a file in place of the main one, a main thread that leaves before the others, and an orphan
 * whose parent never waited for it. Each is over, and waited for, on return. */
#include "workload.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static char code_text[16];

static void *execute(void *unused)
{
    (void)unused;
    char path[4096]; /* by its own name, which is what is known of one that is gone at once */
    const ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    path[length > 0 ? length : 0] = 0;
    usleep(20 * 1000);
    execl(path, path, "--exit-now", code_text, (char *)NULL);
    fail("execl");
}

static void *leave_last(void *code)
{
    usleep(100 * 1000);
    _exit((int)(long)code);
}

static void start(void *(*body)(void *), void *argument)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, body, argument) != 0)
        fail("pthread_create");
}

static void wait_for_all(void)
{
    while (waitpid(-1, NULL, 0) > 0) {
    }
}

void odd_thread_exec(int code)
{
    snprintf(code_text, sizeof code_text, "%d", code);
    if (fork() == 0) {
        start(execute, NULL);
        for (;;)
            pause();
    }
    wait_for_all();
}

void odd_main_leaves(int code)
{
    if (fork() == 0) {
        start(leave_last, (void *)(long)code);
        pthread_exit(NULL);
    }
    wait_for_all();
}

void odd_orphan(const char *path, const char *cpu_ms)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (fork() == 0) {
        const pid_t orphan = fork();
        if (orphan == 0) {
            execl(path, path, "--cpu-ms", cpu_ms, "--exit-now", "0", (char *)NULL);
            fail(path);
        }
        siginfo_t info;
        waitid(P_PID, (id_t)orphan, &info, WEXITED | WNOWAIT); /* it has ended, and stays a zombie */
        _exit(0);
    }
    wait_for_all();
}

void odd_brief(int count)
{
    for (int i = 0; i < count; i++) {
        if (fork() == 0)
            _exit(0);
        wait_for_all();
    }
}
