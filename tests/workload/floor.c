/* The least that a durable action takes on this machine: told by a request over TCP, written to the disk, done. */
#define _GNU_SOURCE
#include "workload.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FILE_BYTES = 8 << 20, RECORD_BYTES = 20 << 10, REQUEST_BYTES = 4096 };

static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

static int listen_somewhere(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server < 0 || bind(server, (struct sockaddr *)&address, length) != 0 || listen(server, 1) != 0 || getsockname(server, (struct sockaddr *)&address, &length) != 0)
        fail("listen");
    printf("ready %d\n", ntohs(address.sin_port));
    fflush(stdout);
    return server;
}

/* Reads a request, with its body; 0 when there is no other. */
static int read_request(int connection, char *request)
{
    size_t length = 0;
    for (;;) {
        const ssize_t count = read(connection, request + length, REQUEST_BYTES - 1 - length);
        if (count <= 0)
            return 0;
        length += (size_t)count;
        request[length] = 0;
        const char *body = strstr(request, "\r\n\r\n"), *size = strcasestr(request, "content-length:");
        if (body && size && length >= (size_t)(body + 4 - request) + strtoul(size + 15, NULL, 10))
            return 1;
    }
}

/* A request for .../processes/PID/...: a record of that size is written and synced, then the pid gets SIGUSR1, then it is answered. */
_Noreturn void floor_run(const char *path)
{
    static char record[RECORD_BYTES];
    char request[REQUEST_BYTES];
    long at = 0;
    const int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600), yes = 1;
    if (file < 0)
        fail(path);
    memset(record, 'r', sizeof record);
    for (long written = 0; written < FILE_BYTES; written += RECORD_BYTES)
        if (write(file, record, sizeof record) != sizeof record)
            fail("write");
    if (fsync(file) != 0)
        fail("fsync");
    const int connection = accept4(listen_somewhere(), NULL, NULL, SOCK_CLOEXEC);
    if (connection < 0 || setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes) != 0)
        fail("accept");
    while (read_request(connection, request)) {
        const char *target = strstr(request, "/processes/");
        const pid_t pid = target ? (pid_t)atol(target + 11) : 0;
        if (pid <= 1 || pwrite(file, record, sizeof record, at) != sizeof record || fdatasync(file) != 0)
            fail("fdatasync");
        at = (at + RECORD_BYTES) % (FILE_BYTES - RECORD_BYTES);
        kill(pid, SIGUSR1);
        if (write(connection, answer, sizeof answer - 1) != sizeof answer - 1)
            break;
    }
    exit(0);
}
