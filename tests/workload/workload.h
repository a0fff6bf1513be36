/* A known load for the end-to-end tests: it consumes what it was told to, and says what the kernel charged it for. */
#ifndef WORKLOAD_H
#define WORKLOAD_H

#define _GNU_SOURCE
#include <stddef.h>

/* What one process is to hold or consume before it is "ready". Zero means "whatever it has anyway". */
struct load {
    long cpu_ms;      /* milliseconds of CPU, measured by CLOCK_PROCESS_CPUTIME_ID */
    long threads;     /* all threads of the process, the first included */
    long fds;         /* all open descriptors of the process, 0, 1 and 2 included */
    long rss_mib;     /* anonymous memory, touched */
    long shared_mib;  /* memory that all copies map and touch, the first process too */
    long write_mib;   /* written to a file of its own below file, and fsynced */
    long active_ms;   /* from then on a page fault and a few KiB of file I/O in each period of so many milliseconds; no part of the truth */
    const char *file;
    const char *name; /* comm */
};

/* What the kernel says about one process; the truth that tests compare with. */
struct truth {
    int ready;
    double user_seconds, system_seconds;
    long minor_faults, major_faults;
    long voluntary_switches, involuntary_switches; /* of all threads, the ended ones included */
    long long read_bytes, write_bytes;
    long threads, fds;
};

void shared_open(long mib);
void shared_touch(void);
void load_apply(const struct load *load);
void threads_come_and_go(int count); /* one after the other, each sleeping ten times */
void truth_read(struct truth *truth);
void active_begin(long period_ms);
void name_from_hex(const char *hex);
_Noreturn void fail(const char *what);

void touch_memory(long mib);

/* Fleet: copies of this process made by fork alone, so that a copy is of our executable from its first moment. */
void fleet_open(void);
void fleet_spawn(const struct load *load, int count);
void fleet_exit(int count, int code);
void fleet_kill(int count, int signal);
void fleet_close(void);
int fleet_add_truth(struct truth *sum);

/* Workers: threads of the first process that work and wait in turn. */
void workers_start(long count);
void workers_retire(long count);

/* Churn: short-lived children at a steady rate; prints the truth as JSON when they are all reaped. */
struct churn {
    int per_second, seconds, long_every, long_ms, long_cpu_ms;
};
void churn_run(const struct churn *churn);

/* Burst: many processes of 20 to 50 ms of CPU; prints the truth as JSON when they are all reaped. */
struct burst {
    int count, seconds, exec; /* seconds: to spread them over; 0: all at once */
    long mib;                 /* of memory that each has touched when it ends */
};
void burst_run(const struct burst *burst);
_Noreturn void reuse_run(void);
_Noreturn void heard_run(void);

/* floor.c */
_Noreturn void floor_run(const char *path);
_Noreturn void burst_child(long number, long rounds_per_ms);

/* Odd: ends that are easily misread. */
void odd_thread_exec(int code);
void odd_main_leaves(int code);
void odd_orphan(const char *path, const char *cpu_ms);
void odd_brief(int count); /* children that do nothing */

#endif
