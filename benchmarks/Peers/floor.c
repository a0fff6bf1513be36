/*
 * The floor: what it costs at least to read what a sampler of processes has to know, each second, of every process of the machine.
 * No parsing beyond what decides which file to read, no groups, no page. In each refresh:
 *   - the list of /proc;
 *   - of each process stat, and if not one byte of it has moved since the last refresh (idle) nothing more;
 *   - else statm, io, the number of descriptors (the size of fd), and taskstats by netlink, many processes per system call;
 *   - status when the resident size moved by more than 1/64 and 1 MiB, and of each process every thirtieth refresh anyway.
 *
 * floor [--refreshes 30] [--warm-up 5] [--interval-ms 1000] [--mode kept|open]
 *   kept: the directory, stat, statm and io of each process stay open and are read by pread; open: opened, read and closed each time.
 * Prints one line of name=value pairs. CPU is this process's own (CLOCK_PROCESS_CPUTIME_ID), the refreshes of the warm-up left out.
 */
#define _GNU_SOURCE
#include "taskstats.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { PIDS = 1 << 22, SLOW = 30 }; /* PID_MAX_LIMIT of a 64-bit kernel */

struct process {
    int pid, slot;
    int directory, stat, statm, io;
    int seen, length;
    long resident; /* pages, when status was last read */
    char last[400];
};

static struct process *by_pid[PIDS], *alive[PIDS];
static int alive_count, kept = 1, proc, page_bytes, with_taskstats;
static long moved, status_reads;
static char buffer[16384];

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
    exit(1);
}

static ssize_t read_opened(int directory, const char *name, char *into, size_t size)
{
    const int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    const ssize_t length = read(fd, into, size);
    close(fd);
    return length;
}

/* A file of a process: through the descriptor kept on it, or by its path. */
static ssize_t read_file(const struct process *process, int fd, const char *name, char *into, size_t size)
{
    if (kept)
        return pread(fd, into, size, 0);
    char path[32];
    snprintf(path, sizeof path, "%d/%s", process->pid, name);
    return read_opened(proc, path, into, size);
}

static void forget(struct process *process)
{
    if (kept) {
        close(process->stat);
        close(process->statm);
        close(process->io);
        close(process->directory);
    }
    by_pid[process->pid] = NULL;
    alive[process->slot] = alive[--alive_count];
    alive[process->slot]->slot = process->slot;
    free(process);
}

static struct process *discover(int pid)
{
    struct process *process = calloc(1, sizeof *process);
    process->pid = pid;
    process->slot = alive_count;
    if (kept) {
        char path[16];
        snprintf(path, sizeof path, "%d", pid);
        process->directory = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        process->stat = openat(process->directory, "stat", O_RDONLY | O_CLOEXEC);
        process->statm = openat(process->directory, "statm", O_RDONLY | O_CLOEXEC);
        process->io = openat(process->directory, "io", O_RDONLY | O_CLOEXEC);
        if (errno == EMFILE && process->io < 0)
            fail("open (raise the hard limit of descriptors)");
    }
    alive[alive_count++] = process;
    return by_pid[pid] = process;
}

static void count_descriptors(const struct process *process)
{
    struct statx size;
    char path[32] = "fd";
    if (!kept)
        snprintf(path, sizeof path, "%d/fd", process->pid);
    statx(kept ? process->directory : proc, path, AT_STATX_DONT_SYNC, STATX_SIZE, &size);
}

static void read_status(struct process *process, long resident)
{
    if (kept)
        read_opened(process->directory, "status", buffer, sizeof buffer);
    else
        read_file(process, -1, "status", buffer, sizeof buffer);
    process->resident = resident;
    status_reads++;
}

static void visit(int pid, int refresh)
{
    struct process *process = by_pid[pid] ? by_pid[pid] : discover(pid);
    const ssize_t length = read_file(process, process->stat, "stat", buffer, sizeof buffer);
    if (length <= 0) {
        forget(process); /* it has ended; who has its pid by now is found by the next refresh */
        return;
    }
    process->seen = refresh;
    long resident = process->resident;
    if (length != process->length || memcmp(process->last, buffer, (size_t)length) != 0) {
        process->length = length <= (ssize_t)sizeof process->last ? (int)length : 0;
        memcpy(process->last, buffer, (size_t)process->length);
        moved++;
        const ssize_t got = read_file(process, process->statm, "statm", buffer, sizeof buffer - 1);
        buffer[got > 0 ? got : 0] = 0;
        char *second = strchr(buffer, ' ');
        resident = second ? atol(second) : 0;
        read_file(process, process->io, "io", buffer, sizeof buffer);
        count_descriptors(process);
        if (with_taskstats)
            taskstats_ask(pid);
    }
    const long change = labs(resident - process->resident);
    if ((change > process->resident / 64 && change * page_bytes > 1 << 20) || (refresh + pid) % SLOW == 0)
        read_status(process, resident);
}

static void run_refresh(int refresh)
{
    static char entries[32768];
    ssize_t length;
    lseek(proc, 0, SEEK_SET);
    while ((length = syscall(SYS_getdents64, proc, entries, sizeof entries)) > 0)
        for (ssize_t at = 0; at < length;) {
            const struct dirent64 *entry = (const struct dirent64 *)(entries + at);
            at += entry->d_reclen;
            const int pid = atoi(entry->d_name);
            if (pid > 0)
                visit(pid, refresh);
        }
    if (with_taskstats)
        taskstats_flush();
    for (int i = alive_count - 1; i >= 0; i--)
        if (alive[i]->seen != refresh)
            forget(alive[i]);
}

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static long option(int argc, char **argv, const char *name, long otherwise)
{
    for (int i = 1; i + 1 < argc; i++)
        if (!strcmp(argv[i], name))
            return atol(argv[i + 1]);
    return otherwise;
}

int main(int argc, char **argv)
{
    const int refreshes = (int)option(argc, argv, "--refreshes", 30), warm_up = (int)option(argc, argv, "--warm-up", 5);
    const double interval = (double)option(argc, argv, "--interval-ms", 1000) / 1000;
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], "open"))
            kept = 0;
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    page_bytes = getpagesize();
    proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (proc < 0)
        fail("/proc");
    with_taskstats = taskstats_open() == 0;

    double cpu = 0, processes = 0;
    const double start = seconds(CLOCK_MONOTONIC);
    for (int refresh = 1; refresh <= warm_up + refreshes; refresh++) {
        if (refresh == warm_up + 1)
            moved = status_reads = taskstats_answers = 0;
        const double before = seconds(CLOCK_PROCESS_CPUTIME_ID);
        run_refresh(refresh);
        if (refresh > warm_up) {
            cpu += seconds(CLOCK_PROCESS_CPUTIME_ID) - before;
            processes += alive_count;
        }
        const double left = start + refresh * interval - seconds(CLOCK_MONOTONIC);
        if (left > 0)
            usleep((useconds_t)(left * 1e6));
    }
    printf("mode=%s processes=%.0f refreshes=%d moved=%.1f status=%.1f taskstats=%.1f cpu_us_per_process=%.2f\n", kept ? "kept" : "open",
           processes / refreshes, refreshes, (double)moved / refreshes, (double)status_reads / refreshes,
           (double)taskstats_answers / refreshes, cpu * 1e6 / processes);
    return 0;
}
