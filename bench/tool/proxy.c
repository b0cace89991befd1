/*
 * A TCP proxy that adds a round trip and nothing else.
 *
 * usage: proxy TARGET-IP:PORT LISTEN-IP
 *
 * How a network is modelled. Bytes are forwarded half a round trip after they were read, in both directions, in order,
 * at any bandwidth: there is no slow start, no loss, no Nagle. A TCP handshake costs a client one whole round trip
 * before its first byte may leave; on loopback connect() returns at once instead, so what a client sends within one
 * round trip of its accept is treated as if it had been sent when that round trip was over. A client that speaks first
 * (TLS, HTTP) therefore sees its first answer two round trips after connect(), as over a real line. The end of a stream
 * is delayed like a byte.
 *
 * Control, by lines on standard input: "delay MILLISECONDS" sets the round trip of connections accepted from then on;
 * "stats" answers "CONNECTIONS OPEN UP DOWN" since the last "reset"; "reset" answers "ok". The first line printed is
 * the port. The proxy ends when its standard input does, so it cannot outlive the program that started it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "flow.h"

enum { EVENTS = 256, LINE = 128 };

static struct {
  int epoll;
  int listener;
  struct sockaddr_in target;
  int64_t round_trip; /* nanoseconds, of connections to come */
  uint64_t connections, open;
  struct mf_flow_count count;
} proxy;

static void fail(const char *what)
{
  perror(what);
  exit(1);
}

static int64_t now(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void no_delay(int fd)
{
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static int listen_on(const char *address)
{
  struct sockaddr_in here = {.sin_family = AF_INET};
  if (inet_pton(AF_INET, address, &here.sin_addr) != 1)
    fail("listen address");
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&here, sizeof here) || listen(fd, 4096))
    fail("listen");
  socklen_t size = sizeof here;
  if (getsockname(fd, (struct sockaddr *)&here, &size))
    fail("getsockname");
  printf("%d\n", ntohs(here.sin_port));
  return fd;
}

static void parse_target(char *text)
{
  char *colon = strchr(text, ':');
  if (!colon)
    fail("target");
  *colon = '\0';
  proxy.target.sin_family = AF_INET;
  proxy.target.sin_port = htons((uint16_t)strtol(colon + 1, NULL, 10));
  if (inet_pton(AF_INET, text, &proxy.target.sin_addr) != 1)
    fail("target address");
}

/* The registry listens on loopback, so a blocking connect returns at once. */
static int connect_target(void)
{
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -1;
  if (connect(fd, (struct sockaddr *)&proxy.target, sizeof proxy.target)) {
    close(fd);
    return -1;
  }
  return fd;
}

static void accept_all(void)
{
  for (;;) {
    int client = accept4(proxy.listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (client < 0)
      return;
    proxy.connections++;
    int server = connect_target();
    if (server < 0) {
      close(client);
      continue;
    }
    no_delay(client);
    no_delay(server);
    if (flow_open(proxy.epoll, client, server, now(), proxy.round_trip, &proxy.count))
      proxy.open++;
  }
}

static void answer(const char *line)
{
  double milliseconds;
  if (sscanf(line, "delay %lf", &milliseconds) == 1) {
    proxy.round_trip = (int64_t)(milliseconds * 1e6);
    printf("ok\n");
  } else if (!strcmp(line, "stats")) {
    printf("%llu %llu %llu %llu\n", (unsigned long long)proxy.connections, (unsigned long long)proxy.open,
           (unsigned long long)proxy.count.up, (unsigned long long)proxy.count.down);
  } else if (!strcmp(line, "reset")) {
    proxy.connections = proxy.count.up = proxy.count.down = 0;
    printf("ok\n");
  } else {
    printf("unknown\n");
  }
}

/* Reads what the driver wrote; false when the driver is gone. */
static bool obey(void)
{
  static char line[LINE];
  static size_t used;
  ssize_t got = read(STDIN_FILENO, line + used, sizeof line - 1 - used);
  if (got <= 0)
    return got < 0 && errno == EINTR;
  used += (size_t)got;
  for (char *end; (end = memchr(line, '\n', used)) != NULL;) {
    *end = '\0';
    answer(line);
    used -= (size_t)(end + 1 - line);
    memmove(line, end + 1, used);
  }
  return used < sizeof line - 1;
}

static void watch(int fd)
{
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = fd == STDIN_FILENO ? NULL : &proxy.listener};
  if (epoll_ctl(proxy.epoll, EPOLL_CTL_ADD, fd, &event))
    fail("epoll_ctl");
}

static int wait_for(struct epoll_event *events)
{
  int64_t due = flow_next_due();
  struct timespec left = {0}, *timeout = NULL;
  if (due >= 0) {
    int64_t span = due - now();
    if (span < 0)
      span = 0;
    left.tv_sec = span / 1000000000;
    left.tv_nsec = span % 1000000000;
    timeout = &left;
  }
  return epoll_pwait2(proxy.epoll, events, EVENTS, timeout, NULL);
}

static void serve(void)
{
  struct epoll_event events[EVENTS];
  for (;;) {
    int ready = wait_for(events);
    if (ready < 0 && errno != EINTR)
      fail("epoll_pwait2");
    for (int i = 0; i < ready; i++) {
      if (!events[i].data.ptr) {
        if (!obey())
          return;
      } else if (events[i].data.ptr == &proxy.listener) {
        accept_all();
      } else {
        flow_event(events[i].data.ptr, events[i].events, now());
      }
    }
    flow_deliver(now());
    proxy.open -= flow_reap();
  }
}

int main(int argc, char **argv)
{
  if (argc != 3) {
    fprintf(stderr, "usage: proxy TARGET-IP:PORT LISTEN-IP\n");
    return 125;
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  prctl(PR_SET_TIMERSLACK, 1000UL, 0, 0, 0); /* a microsecond: the default would add 50 to every half round trip */
  parse_target(argv[1]);
  proxy.epoll = epoll_create1(EPOLL_CLOEXEC);
  proxy.listener = listen_on(argv[2]);
  watch(proxy.listener);
  watch(STDIN_FILENO);
  serve();
  return 0;
}
