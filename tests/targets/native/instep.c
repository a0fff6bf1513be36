/* Burns CPU in step with a sampler of 299 samples a second: 70 % of each interval in one function, 20 in another, 10 in a third. Says "ready" when it has begun, and
 * ends with its input. */
#include <poll.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define INTERVAL 3344400L /* nanoseconds, as NativeOptions has it */
#define NOINLINE __attribute__((noinline, noclone))

static long place(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec * 1000000000L + now.tv_nsec) % INTERVAL;
}

static NOINLINE void burn(long from, long to)
{
    for (long at = place(); at >= from && at < to;) at = place();
    __asm__ volatile("");
}

static NOINLINE void seventy(void) { burn(0, INTERVAL / 10 * 7); __asm__ volatile(""); }
static NOINLINE void twenty(void) { burn(INTERVAL / 10 * 7, INTERVAL / 10 * 9); __asm__ volatile(""); }
static NOINLINE void ten(void) { burn(INTERVAL / 10 * 9, INTERVAL); __asm__ volatile(""); }

int main(void)
{
    struct pollfd input = {.fd = 0, .events = POLLIN};
    char byte;
    puts("ready");
    fflush(stdout);
    while (poll(&input, 1, 0) == 0 || read(0, &byte, 1) > 0) {
        seventy();
        twenty();
        ten();
    }
    return 0;
}
