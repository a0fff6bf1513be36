/*
 * Which functions a running program executes: a breakpoint at the entry of each (int3, x86-64), taken away when it is met for the first time, so that each costs
 * once. Writes their names in the order in which they were met. The program is not to be used afterwards.
 *
 * executed PID SECONDS < FUNCTIONS: a line "address name" for each, in hexadecimal, as nm(1) tells them of a position-independent program.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TRAP = 0xCC };

struct function {
    uint64_t address;
    char *name;
    uint8_t original;
    char is_set, is_met;
};

static struct function *functions;
static size_t count;
static int memory;
static volatile sig_atomic_t is_over;

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "executed: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int by_address(const void *a, const void *b)
{
    const uint64_t one = ((const struct function *)a)->address, other = ((const struct function *)b)->address;
    return one < other ? -1 : one > other;
}

/* Where the program lies: its first mapping (proc_pid_maps(5)). */
static uint64_t base_of(int pid)
{
    char path[64], line[4096];
    snprintf(path, sizeof path, "/proc/%d/maps", pid);
    FILE *maps = fopen(path, "r");
    if (maps == NULL || fgets(line, sizeof line, maps) == NULL)
        fail(path);
    fclose(maps);
    return strtoull(line, NULL, 16);
}

/* Bodies that several have in common keep one name. */
static void read_functions(uint64_t base)
{
    static char line[1 << 16];
    size_t room = 1 << 18, kept = 0;
    functions = malloc(room * sizeof *functions);
    while (count < room && fgets(line, sizeof line, stdin) != NULL) {
        char *space = strchr(line, ' ');
        line[strcspn(line, "\n")] = 0;
        if (space != NULL)
            functions[count++] = (struct function){ .address = base + strtoull(line, NULL, 16), .name = strdup(space + 1) };
    }
    qsort(functions, count, sizeof *functions, by_address);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || functions[i].address != functions[kept - 1].address)
            functions[kept++] = functions[i];
    count = kept;
}

static void put(const struct function *function, uint8_t byte)
{
    if (pwrite(memory, &byte, 1, (off_t)function->address) != 1)
        fail("a byte of the program");
}

/* Of every thread, those included that begin while we look. */
static void for_each_thread(int pid, void (*what)(int thread))
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *threads = opendir(path);
    if (threads == NULL)
        fail(path);
    for (struct dirent *entry; (entry = readdir(threads)) != NULL;)
        if (atoi(entry->d_name) > 0)
            what(atoi(entry->d_name));
    closedir(threads);
}

static void stop(int thread)
{
    int status;
    if (ptrace(PTRACE_SEIZE, thread, 0, PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL) != 0)
        fail("ptrace");
    ptrace(PTRACE_INTERRUPT, thread, 0, 0);
    waitpid(thread, &status, __WALL);
}

static void go_on(int thread)
{
    ptrace(PTRACE_CONT, thread, 0, 0);
}

/* Whether the thread stands behind a breakpoint of ours: then it goes on from where that was. */
static int has_met(int thread)
{
    struct user_regs_struct registers;
    if (ptrace(PTRACE_GETREGS, thread, 0, &registers) != 0)
        return 0;
    const struct function wanted = { .address = registers.rip - 1 };
    struct function *met = bsearch(&wanted, functions, count, sizeof wanted, by_address);
    if (met == NULL || !met->is_set)
        return 0;
    if (!met->is_met) { /* Or another thread was here at the same time. */
        met->is_met = 1;
        put(met, met->original);
        puts(met->name);
    }
    registers.rip--;
    ptrace(PTRACE_SETREGS, thread, 0, &registers);
    return 1;
}

static void on_alarm(int signal)
{
    is_over = signal;
}

int main(int argc, char **argv)
{
    char path[64];
    const int pid = argc == 3 ? atoi(argv[1]) : 0;
    if (pid <= 0) {
        fprintf(stderr, "executed PID SECONDS < FUNCTIONS\n");
        return 2;
    }
    read_functions(base_of(pid));
    snprintf(path, sizeof path, "/proc/%d/mem", pid);
    if ((memory = open(path, O_RDWR | O_CLOEXEC)) < 0)
        fail(path);
    for_each_thread(pid, stop);
    for (size_t i = 0; i < count; i++)
        if (pread(memory, &functions[i].original, 1, (off_t)functions[i].address) == 1) {
            put(&functions[i], TRAP);
            functions[i].is_set = 1;
        }
    sigaction(SIGALRM, &(struct sigaction){ .sa_handler = on_alarm }, NULL);
    alarm((unsigned)atoi(argv[2]));
    for_each_thread(pid, go_on);
    while (!is_over) {
        int status;
        const int thread = waitpid(-1, &status, __WALL);
        if (thread < 0 && errno != EINTR)
            fail("the program has ended");
        if (thread < 0 || !WIFSTOPPED(status))
            continue;
        int signal = status >> 16 ? 0 : WSTOPSIG(status); /* What is above says that it is no signal of its own. */
        if (signal == SIGTRAP && has_met(thread))
            signal = 0;
        ptrace(PTRACE_CONT, thread, 0, signal);
    }
    return 0; /* PTRACE_O_EXITKILL ends the program. */
}
