/* A process that does a little, again and again: every kernel counter of a process moves, for a few microseconds of CPU each time. */
#include "workload.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

static int source, sink;

/* In the handler, so that whatever the process waits for meanwhile (an order, the end of its input) stays as it is. */
static void do_a_little(int unused)
{
    (void)unused;
    const int saved = errno;
    char block[4096];
    char *page = mmap(NULL, sizeof block, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page != MAP_FAILED) {
        *(volatile char *)page = 1; /* a minor fault: what moves in stat, where times are whole clock ticks */
        munmap(page, sizeof block);
    }
    if (read(source, block, sizeof block) > 0 && write(sink, block, sizeof block) < 0)
        fail("write");
    errno = saved;
}

void active_begin(long period_ms)
{
    source = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    sink = open("/dev/null", O_WRONLY | O_CLOEXEC);
    const struct sigaction action = {.sa_handler = do_a_little, .sa_flags = SA_RESTART};
    /* The first beats are spread over a period, or a whole fleet would wake up at once. */
    const long first = getpid() * 7919L % period_ms + 1;
    const struct itimerval timer = {
        .it_value = {first / 1000, first % 1000 * 1000},
        .it_interval = {period_ms / 1000, period_ms % 1000 * 1000},
    };
    if (source < 0 || sink < 0 || sigaction(SIGALRM, &action, NULL) != 0 || setitimer(ITIMER_REAL, &timer, NULL) != 0)
        fail("active");
}
