/* Many copies of one process, each with the same load, ended by number and in a stated way. */
#include "workload.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CAPACITY = 4096 };

static struct truth *slots; /* shared with the copies; each writes its own when it is ready */
static pid_t copies[CAPACITY];
static int alive;
static int orders[2]; /* one byte in this pipe ends one copy: the byte is its exit code; end of file ends all with 0 */

void fleet_open(void)
{
    slots = mmap(NULL, CAPACITY * sizeof *slots, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (slots == MAP_FAILED || pipe2(orders, O_CLOEXEC) != 0)
        fail("fleet");
}

static _Noreturn void be_copy(const struct load *load, struct truth *slot)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close(orders[1]);
    const int null = open("/dev/null", O_RDONLY);
    dup2(null, 0); /* the tests' end of file is for the first process only */
    close(null);
    shared_touch();
    load_apply(load);
    truth_read(slot);
    unsigned char code = 0;
    const ssize_t got = read(orders[0], &code, 1);
    _exit(got == 1 ? code : 0);
}

void fleet_spawn(const struct load *load, int count)
{
    const int first = alive;
    for (int i = 0; i < count && alive < CAPACITY; i++) {
        slots[alive] = (struct truth){0};
        const pid_t pid = fork();
        if (pid < 0)
            fail("fork");
        if (pid == 0)
            be_copy(load, &slots[alive]);
        copies[alive++] = pid;
    }
    for (int i = first; i < alive; i++)
        while (!((volatile struct truth *)slots)[i].ready) {
            if (waitpid(copies[i], NULL, WNOHANG) == copies[i])
                fail("a copy ended before it was ready");
            usleep(2000);
        }
}

/* The table closes up, so that slot and process stay together. */
static void forget(pid_t pid)
{
    for (int i = 0; i < alive; i++)
        if (copies[i] == pid) {
            alive--;
            copies[i] = copies[alive];
            slots[i] = slots[alive];
            return;
        }
}

static void reap(int count)
{
    for (int i = 0; i < count; i++) {
        const pid_t pid = waitpid(-1, NULL, 0);
        if (pid < 0)
            fail("waitpid");
        forget(pid);
    }
}

void fleet_exit(int count, int code)
{
    const unsigned char byte = (unsigned char)code;
    for (int i = 0; i < count; i++)
        if (write(orders[1], &byte, 1) != 1)
            fail("order");
    reap(count);
}

void fleet_kill(int count, int signal)
{
    for (int i = 0; i < count; i++)
        if (kill(copies[alive - 1 - i], signal) != 0)
            fail("kill");
    reap(count);
}

void fleet_close(void)
{
    close(orders[1]);
    reap(alive);
}

int fleet_add_truth(struct truth *sum)
{
    for (int i = 0; i < alive; i++) {
        sum->user_seconds += slots[i].user_seconds;
        sum->system_seconds += slots[i].system_seconds;
        sum->minor_faults += slots[i].minor_faults;
        sum->voluntary_switches += slots[i].voluntary_switches;
        sum->involuntary_switches += slots[i].involuntary_switches;
        sum->major_faults += slots[i].major_faults;
        sum->read_bytes += slots[i].read_bytes;
        sum->write_bytes += slots[i].write_bytes;
        sum->threads += slots[i].threads;
        sum->fds += slots[i].fds;
    }
    return alive;
}
