/* Burns CPU: 70 % in one function, 20 in another, 10 in a third. Says "ready" when it has begun, and ends with its input. */
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline, noclone))

static volatile double result;
static unsigned unit, seed = 1;

#define BURN(times)                                                    \
    double sum = result;                                               \
    for (int i = 0; i < (int)((times) * unit); i++) sum = sum * 1.0000001 + i; \
    result = sum > 1e9 ? 0 : sum

static NOINLINE void seventy(void) { BURN(7); }
static NOINLINE void twenty(void) { BURN(2); }
static NOINLINE void ten(void) { BURN(1); }

/* No round is as long as the one before: in step with no sampler. */
static NOINLINE void work(void)
{
    seed = seed * 1664525u + 1013904223u;
    unit = 5000 + (seed >> 16);
    seventy();
    twenty();
    ten();
    __asm__ volatile(""); /* So that the last call is none that ends this function. */
}

int main(void)
{
    struct pollfd input = {.fd = 0, .events = POLLIN};
    char byte;
    puts("ready");
    fflush(stdout);
    while (poll(&input, 1, 0) == 0 || read(0, &byte, 1) > 0) work();
    return 0;
}
