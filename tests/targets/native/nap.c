/* Waits: three quarters of the time in one function, one quarter in another. Says "ready" when it has begun, and ends with its input. */
#include <poll.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline, noclone))

static NOINLINE void nap(long milliseconds)
{
    struct timespec time = {.tv_nsec = milliseconds * 1000000};
    nanosleep(&time, NULL);
    __asm__ volatile("");
}

static NOINLINE void long_nap(void)
{
    nap(30);
    __asm__ volatile("");
}

static NOINLINE void short_nap(void)
{
    nap(10);
    __asm__ volatile("");
}

int main(void)
{
    struct pollfd input = {.fd = 0, .events = POLLIN};
    char byte;
    puts("ready");
    fflush(stdout);
    while (poll(&input, 1, 0) == 0 || read(0, &byte, 1) > 0) {
        long_nap();
        short_nap();
    }
    return 0;
}
