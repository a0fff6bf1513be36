/* Threads with names of their own that work a little, wait a little, and can be told to end. */
#include "workload.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <time.h>

enum { CAPACITY = 64 };

static pthread_t threads[CAPACITY];
static volatile int ends[CAPACITY];
static int running;

static void *work(void *argument)
{
    const int number = (int)(long)argument;
    char name[16];
    snprintf(name, sizeof name, "worker-%d", number % 100);
    prctl(PR_SET_NAME, name);
    while (!ends[number]) {
        for (volatile int i = 0; i < 200000; i++) {
        }
        nanosleep(&(struct timespec){0, 5000000}, NULL);
    }
    return NULL;
}

void workers_start(long count)
{
    for (; running < count && running < CAPACITY; running++)
        if (pthread_create(&threads[running], NULL, work, (void *)(long)running) != 0)
            fail("pthread_create");
}

/* The last ones end, and are joined: they are gone when this returns. */
void workers_retire(long count)
{
    for (; count > 0 && running > 0; count--) {
        ends[--running] = 1;
        pthread_join(threads[running], NULL);
    }
}
