/* The least that a durable action takes on this machine: told by a pipe, written to the disk, done. */
#define _GNU_SOURCE
#include "workload.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_BYTES = 8 << 20, RECORD_BYTES = 20 << 10 };

/* A pid a line: a record of that size is written and synced, then the pid gets SIGUSR1, then "done" is said. */
_Noreturn void floor_run(const char *path)
{
    static char record[RECORD_BYTES];
    char line[64];
    long at = 0;
    const int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0)
        fail(path);
    memset(record, 'r', sizeof record);
    for (long written = 0; written < FILE_BYTES; written += RECORD_BYTES)
        if (write(file, record, sizeof record) != sizeof record)
            fail("write");
    if (fsync(file) != 0)
        fail("fsync");
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        if (pwrite(file, record, sizeof record, at) != sizeof record || fdatasync(file) != 0)
            fail("fdatasync");
        at = (at + RECORD_BYTES) % (FILE_BYTES - RECORD_BYTES);
        kill((pid_t)atol(line), SIGUSR1);
        puts("done");
        fflush(stdout);
    }
    exit(0);
}
