/* Makes code at run time, runs it, and says in /tmp/perf-PID.map what it is called. Says "ready" when it has begun, and ends with its input. */
#define _GNU_SOURCE
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* push rbp; mov rbp,rsp; mov ecx,edi; loop: dec ecx; jnz loop; pop rbp; ret */
static const unsigned char code[] = {0x55, 0x48, 0x89, 0xe5, 0x89, 0xf9, 0xff, 0xc9, 0x75, 0xfc, 0x5d, 0xc3};

int main(void)
{
    struct pollfd input = {.fd = 0, .events = POLLIN};
    char byte, name[64];
    unsigned char *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return 1;
    memcpy(memory, code, sizeof code);
    memcpy(memory + 256, code, sizeof code);
    if (mprotect(memory, 4096, PROT_READ | PROT_EXEC) != 0) return 1;
    snprintf(name, sizeof name, "/tmp/perf-%d.map", (int)getpid());
    FILE *map = fopen(name, "wx");
    if (map != NULL) {
        fprintf(map, "%lx %zx made_three_quarters\n%lx %zx made_a_quarter with a blank\n", (unsigned long)memory, sizeof code, (unsigned long)memory + 256, sizeof code);
        fclose(map);
    }
    puts("ready");
    fflush(stdout);
    void (*most)(int) = (void (*)(int))memory, (*rest)(int) = (void (*)(int))(memory + 256);
    unsigned seed = 1;
    while (poll(&input, 1, 0) == 0 || read(0, &byte, 1) > 0) {
        seed = seed * 1664525u + 1013904223u; /* No round is as long as the one before: in step with no sampler. */
        int unit = 50000 + (int)(seed >> 14);
        most(3 * unit);
        rest(unit);
    }
    if (map != NULL) unlink(name);
    return 0;
}
