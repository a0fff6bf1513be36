/* One process reaching a known state. */
#include "workload.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static long threads_running = 1;

void fail(const char *what)
{
    fprintf(stderr, "workload: %s: %s\n", what, strerror(errno));
    _exit(70);
}

static void burn(long milliseconds)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    const long long end = now.tv_sec * 1000000000LL + now.tv_nsec + milliseconds * 1000000LL;
    volatile unsigned long sink = 1;
    do {
        for (int i = 0; i < 20000; i++)
            sink = sink * 2862933555777941757UL + 3037000493UL;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    } while (now.tv_sec * 1000000000LL + now.tv_nsec < end);
}

static void *park(void *unused)
{
    for (;;)
        pause();
    return unused;
}

static void *nap(void *unused)
{
    for (int i = 0; i < 10; i++)
        nanosleep(&(struct timespec){0, 100000}, NULL);
    burn(1);
    return unused;
}

void threads_come_and_go(int count)
{
    pthread_t thread;
    for (int i = 0; i < count; i++) {
        if (pthread_create(&thread, NULL, nap, NULL) != 0)
            fail("pthread_create");
        pthread_join(thread, NULL);
    }
}

/* No guard page and the least stack: ten thousand threads have to stay below vm.max_map_count. */
static void start_threads(long wanted)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 16384);
    pthread_attr_setguardsize(&attributes, 0);
    pthread_t thread;
    while (threads_running < wanted && pthread_create(&thread, &attributes, park, NULL) == 0)
        threads_running++; /* fewer than wanted is what the machine allows: truth_read tells how many */
}

static long count_fds(long limit)
{
    long count = 0;
    for (int fd = 0; fd < limit; fd++)
        count += fcntl(fd, F_GETFD) != -1;
    return count;
}

static long fd_limit(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_max > 65536 ? 65536 : (long)limit.rlim_max;
}

static void open_fds(long wanted)
{
    const long limit = fd_limit();
    for (long have = count_fds(limit); have < wanted; have++)
        if (open("/dev/null", O_RDONLY) < 0)
            fail("open /dev/null");
}

void touch_memory(long mib)
{
    const size_t size = (size_t)mib << 20;
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        fail("mmap");
    /* Not huge pages: they would round the resident size up by as much as 2 MiB. */
    madvise(memory, size, MADV_NOHUGEPAGE);
    memset(memory, 0x5a, size);
}

static char *shared;
static size_t shared_size;

void shared_open(long mib)
{
    shared_size = (size_t)mib << 20;
    shared = mmap(NULL, shared_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        fail("mmap");
    madvise(shared, shared_size, MADV_NOHUGEPAGE);
    memset(shared, 0x3c, shared_size);
}

/* A fork does not copy the page tables of shared memory: a copy maps what it touches. */
void shared_touch(void)
{
    for (size_t at = 0; at < shared_size; at += 4096)
        ((volatile char *)shared)[at] = 0x3d;
}

static void write_file(const char *prefix, long mib)
{
    char path[4096];
    snprintf(path, sizeof path, "%s.%d", prefix, getpid());
    const int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
    if (fd < 0)
        fail(path);
    char *block = calloc(1, 1 << 20);
    memset(block, 'w', 1 << 20);
    for (long i = 0; i < mib; i++)
        if (write(fd, block, 1 << 20) != 1 << 20)
            fail("write");
    /* Removed only when it is on the disk: unlinking dirty pages would be charged as cancelled_write_bytes. */
    if (fsync(fd) != 0 || close(fd) != 0 || unlink(path) != 0)
        fail("fsync");
    free(block);
}

void load_apply(const struct load *load)
{
    if (load->name && prctl(PR_SET_NAME, load->name) != 0)
        fail("prctl");
    if (load->rss_mib)
        touch_memory(load->rss_mib);
    if (load->write_mib)
        write_file(load->file, load->write_mib);
    if (load->fds)
        open_fds(load->fds);
    if (load->threads)
        start_threads(load->threads);
    if (load->cpu_ms)
        burn(load->cpu_ms);
    if (load->active_ms)
        active_begin(load->active_ms);
}

void truth_read(struct truth *truth)
{
    char line[256];
    FILE *io = fopen("/proc/self/io", "re");
    while (io && fgets(line, sizeof line, io)) {
        sscanf(line, "read_bytes: %lld", &truth->read_bytes);
        sscanf(line, "write_bytes: %lld", &truth->write_bytes);
    }
    if (io)
        fclose(io);
    truth->threads = threads_running;
    truth->fds = count_fds(fd_limit());
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    truth->user_seconds = usage.ru_utime.tv_sec + usage.ru_utime.tv_usec / 1e6;
    truth->system_seconds = usage.ru_stime.tv_sec + usage.ru_stime.tv_usec / 1e6;
    truth->minor_faults = usage.ru_minflt;
    truth->voluntary_switches = usage.ru_nvcsw;
    truth->involuntary_switches = usage.ru_nivcsw;
    truth->major_faults = usage.ru_majflt;
    truth->ready = 1;
}

/* Any bytes but NUL: what an unprivileged process may call itself. */
void name_from_hex(const char *hex)
{
    char name[16] = {0};
    for (int i = 0; i < 15 && hex[2 * i] && hex[2 * i + 1]; i++) {
        const char digits[3] = {hex[2 * i], hex[2 * i + 1], 0};
        name[i] = (char)strtol(digits, NULL, 16);
    }
    if (prctl(PR_SET_NAME, name) != 0)
        fail("prctl");
}
