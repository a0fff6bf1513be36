/* Taskstats of many processes by few system calls; see taskstats.c. */
#ifndef TASKSTATS_H
#define TASKSTATS_H

/* Opens the netlink socket. Returns 0, or -1 without CAP_NET_ADMIN in the initial user namespace or without the family in the kernel. */
int taskstats_open(void);

/* Asks for one process; sends when a batch is full. */
void taskstats_ask(int tgid);

/* Sends what has been asked and takes all answers. */
void taskstats_flush(void);

/* How many answers there were in all. */
extern long taskstats_answers;

#endif
