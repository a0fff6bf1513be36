/*
 * workload [options]: reaches the state its options describe, prints "ready", then obeys lines on stdin, each answered by a line.
 * At the end of stdin it ends as --exit-code or --kill-self say. Tests hard-link it under other names to get other executables.
 *
 * state:   --name N | --swap-name HEX   --cpu-ms N   --threads N   --fds N   --rss-mib N   --write-mib N --file PREFIX   --zombie
 *          --active-ms PERIOD   --shared-mib N   of the first process, and shared with each copy
 * fleet:   --fleet       the state is that of each copy made by "spawn", not of the first process
 * workers: --workers N   so many threads more, named worker-0 and so on, that work and wait in turn
 * ways:    --argv-bytes N (a command line of that size)   --exit-code N   --kill-self SIGNAL   --exit-now CODE (once it has its state)
 * churn:   --churn PER_SECOND --seconds S [--long-every N] [--long-ms N] [--long-cpu-ms N]   prints "ready", then the truth as JSON
 * burst:   --burst COUNT [--over SECONDS] [--by-exec 1 | --each-mib N]   prints "ready", then the truth as JSON
 * reuse:   --reuse       see reuse.c, whose lines it obeys instead
 * heard:   --heard       prints when each SIGUSR1 came, nanoseconds of CLOCK_MONOTONIC, until SIGTERM
 * floor:   --floor FILE  a server that prints "ready PORT", see floor.c
 * stdin:   report | spawn N | active N PERIOD_MS (copies with --active-ms) | exit N CODE | kill N SIGNAL | cpu MS | rename HEX
 *          | threads N | retire N (workers) | exec PATH [ARGS]
 *          | thread-exec CODE | main-leaves CODE | orphan MS PATH | brief N (see odd.c)
 */
#include "workload.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static struct load state;
static struct churn churn = {.long_every = 5, .long_ms = 3000};
static struct burst burst;
static int in_fleet, zombie, exit_code, kill_self, exit_now = -1;
static long argv_bytes, burst_rounds;
static long workers;
static const char *hex_name;

static void say(const char *line)
{
    puts(line);
    fflush(stdout);
}

/* One string may have 128 KiB at most (MAX_ARG_STRLEN), all of them a quarter of the stack limit, 6 MiB at most: execve(2). */
static void grow_command_line(int argc, char **argv)
{
    enum { PIECE = 100000 };
    const struct rlimit stack = {64 << 20, RLIM_INFINITY};
    if (setrlimit(RLIMIT_STACK, &stack) != 0)
        setrlimit(RLIMIT_STACK, &(struct rlimit){64 << 20, 64 << 20});
    const long pieces = (argv_bytes + PIECE - 1) / PIECE;
    char **longer = calloc(argc + pieces + 2, sizeof *longer);
    int n = 0;
    for (; n < argc; n++)
        longer[n] = strcmp(argv[n], "--argv-bytes") ? argv[n] : "--was-argv-bytes";
    longer[n++] = "--pad";
    char *piece = malloc(PIECE);
    memset(piece, 'p', PIECE - 1);
    piece[PIECE - 1] = 0;
    for (long i = 0; i < pieces; i++)
        longer[n++] = piece;
    execv("/proc/self/exe", longer);
    fail("execv");
}

static void parse(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *name = argv[i];
        if (!strcmp(name, "--pad"))
            return;
        if (!strcmp(name, "--fleet")) { in_fleet = 1; continue; }
        if (!strcmp(name, "--zombie")) { zombie = 1; continue; }
        if (!strcmp(name, "--reuse")) reuse_run();
        if (!strcmp(name, "--heard")) heard_run();
        if (i + 1 == argc) {
            fprintf(stderr, "workload: %s needs a value\n", name);
            exit(64);
        }
        const char *value = argv[++i];
        const long number = atol(value);
        if (!strcmp(name, "--name")) state.name = value;
        else if (!strcmp(name, "--swap-name")) hex_name = value;
        else if (!strcmp(name, "--cpu-ms")) state.cpu_ms = number;
        else if (!strcmp(name, "--threads")) state.threads = number;
        else if (!strcmp(name, "--fds")) state.fds = number;
        else if (!strcmp(name, "--rss-mib")) state.rss_mib = number;
        else if (!strcmp(name, "--shared-mib")) state.shared_mib = number;
        else if (!strcmp(name, "--write-mib")) state.write_mib = number;
        else if (!strcmp(name, "--active-ms")) state.active_ms = number;
        else if (!strcmp(name, "--file")) state.file = value;
        else if (!strcmp(name, "--floor")) floor_run(value);
        else if (!strcmp(name, "--workers")) workers = number;
        else if (!strcmp(name, "--exit-code")) exit_code = (int)number;
        else if (!strcmp(name, "--exit-now")) exit_now = (int)number;
        else if (!strcmp(name, "--kill-self")) kill_self = (int)number;
        else if (!strcmp(name, "--argv-bytes")) argv_bytes = number;
        else if (!strcmp(name, "--was-argv-bytes")) continue;
        else if (!strcmp(name, "--burst")) burst.count = (int)number;
        else if (!strcmp(name, "--over")) burst.seconds = (int)number;
        else if (!strcmp(name, "--by-exec")) burst.exec = (int)number;
        else if (!strcmp(name, "--each-mib")) burst.mib = number;
        else if (!strcmp(name, "--burst-child")) burst_child(number, burst_rounds);
        else if (!strcmp(name, "--burst-rounds")) burst_rounds = number;
        else if (!strcmp(name, "--churn")) churn.per_second = (int)number;
        else if (!strcmp(name, "--seconds")) churn.seconds = (int)number;
        else if (!strcmp(name, "--long-every")) churn.long_every = (int)number;
        else if (!strcmp(name, "--long-ms")) churn.long_ms = (int)number;
        else if (!strcmp(name, "--long-cpu-ms")) churn.long_cpu_ms = (int)number;
        else {
            fprintf(stderr, "workload: unknown option %s\n", name);
            exit(64);
        }
    }
}

static void report(void)
{
    struct truth sum = {0};
    truth_read(&sum);
    const int copies = fleet_add_truth(&sum);
    printf("{\"processes\":%d,\"user_seconds\":%.6f,\"system_seconds\":%.6f,\"minor_faults\":%ld,\"major_faults\":%ld,"
           "\"read_bytes\":%lld,\"write_bytes\":%lld,\"threads\":%ld,\"fds\":%ld,"
           "\"voluntary_switches\":%ld,\"involuntary_switches\":%ld}\n",
           copies + 1, sum.user_seconds, sum.system_seconds, sum.minor_faults, sum.major_faults,
           sum.read_bytes, sum.write_bytes, sum.threads, sum.fds, sum.voluntary_switches, sum.involuntary_switches);
    fflush(stdout);
}

static void become(char *words)
{
    char *next[64] = {0};
    int n = 0;
    for (char *word = strtok(words, " "); word && n < 63; word = strtok(NULL, " "))
        next[n++] = word;
    execv(next[0], next);
    fail(next[0]);
}

static void spawn_active(int count, long period_ms)
{
    struct load load = state;
    load.active_ms = period_ms;
    fleet_spawn(&load, count);
}

static void obey(char *line)
{
    int count, how;
    long ms;
    char hex[64], path[4096];
    line[strcspn(line, "\n")] = 0;
    if (!strcmp(line, "report")) { report(); return; }
    if (!strncmp(line, "exec ", 5)) become(line + 5);
    if (sscanf(line, "spawn %d", &count) == 1) fleet_spawn(&state, count);
    else if (sscanf(line, "active %d %ld", &count, &ms) == 2) spawn_active(count, ms);
    else if (sscanf(line, "exit %d %d", &count, &how) == 2) fleet_exit(count, how);
    else if (sscanf(line, "kill %d %d", &count, &how) == 2) fleet_kill(count, how);
    else if (sscanf(line, "cpu %ld", &ms) == 1) load_apply(&(struct load){.cpu_ms = ms});
    else if (sscanf(line, "threads %d", &count) == 1) threads_come_and_go(count);
    else if (sscanf(line, "retire %ld", &ms) == 1) workers_retire(ms);
    else if (sscanf(line, "thread-exec %d", &how) == 1) odd_thread_exec(how);
    else if (sscanf(line, "main-leaves %d", &how) == 1) odd_main_leaves(how);
    else if (sscanf(line, "orphan %63s %4095s", hex, path) == 2) odd_orphan(path, hex);
    else if (sscanf(line, "brief %d", &count) == 1) odd_brief(count);
    else if (sscanf(line, "rename %63s", hex) == 1) name_from_hex(hex);
    else { say("what?"); return; }
    say("done");
}

int main(int argc, char **argv)
{
    parse(argc, argv);
    if (argv_bytes)
        grow_command_line(argc, argv);
    fleet_open();
    if (state.shared_mib)
        shared_open(state.shared_mib);
    if (!in_fleet)
        load_apply(&state);
    if (exit_now >= 0)
        _exit(exit_now);
    if (hex_name)
        name_from_hex(hex_name);
    if (zombie && fork() == 0)
        _exit(0); /* never waited for */
    workers_start(workers);
    say("ready");
    if (churn.per_second)
        churn_run(&churn);
    if (burst.count)
        burst_run(&burst);
    /* Not stdio for input: a line read ahead would be lost by exec. */
    char line[8192];
    for (size_t used = 0; read(0, line + used, 1) == 1;) {
        if (line[used] == '\n' || used + 2 == sizeof line) {
            line[used + 1] = 0;
            obey(line);
            used = 0;
        } else {
            used++;
        }
    }
    if (!zombie)
        fleet_close();
    if (kill_self) {
        signal(kill_self, SIG_DFL);
        raise(kill_self);
    }
    return exit_code;
}
