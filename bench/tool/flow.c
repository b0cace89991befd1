/*
 * Lanes. Each connection has two: from the client up to the target and back down. A lane reads at once, keeps what it
 * read with the time it is due, and writes when that has come. Sockets are watched edge-triggered, once: a lane
 * remembers by itself that its source still has bytes (it stopped at LANE_LIMIT) or that its sink was full.
 */
#include "flow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "heap.h"

enum { READ_SIZE = 256 * 1024, LANE_LIMIT = 64 * 1024 * 1024 };

struct chunk {
  struct chunk *next;
  int64_t due;
  size_t size, sent; /* size 0 is the end of the stream */
  unsigned char bytes[];
};

struct pair;

struct lane {
  struct mf_heap_item item; /* first: the heap gives it back as a lane */
  struct pair *pair;
  int from, to;
  struct chunk *head, *tail;
  size_t queued;
  uint64_t *count;
  bool readable, ended, full, finished;
};

/* What an epoll event points to: this socket is where `in` reads and where `out` writes. */
struct end {
  struct lane *in, *out;
};

struct pair {
  struct pair *next_dead;
  struct lane up, down;
  struct end client, server;
  int64_t established, half;
  bool dead;
};

static struct pair *dead_pairs;
static unsigned char buffer[READ_SIZE];

static void finish(struct lane *lane)
{
  struct pair *pair = lane->pair;
  lane->finished = true;
  heap_remove(&lane->item);
  if (pair->dead || !pair->up.finished || !pair->down.finished)
    return;
  pair->dead = true;
  pair->next_dead = dead_pairs;
  dead_pairs = pair;
}

static void drop_chunk(struct lane *lane)
{
  struct chunk *chunk = lane->head;
  lane->head = chunk->next;
  if (!lane->head)
    lane->tail = NULL;
  lane->queued -= chunk->size;
  free(chunk);
}

/* A client's bytes cannot leave before its handshake would have been over. */
static int64_t due_time(const struct lane *lane, int64_t now)
{
  const struct pair *pair = lane->pair;
  bool early = lane == &pair->up && now < pair->established;
  return (early ? pair->established : now) + pair->half;
}

static void keep(struct lane *lane, const unsigned char *bytes, size_t size, int64_t now)
{
  struct chunk *chunk = malloc(sizeof *chunk + size);
  if (!chunk)
    abort();
  *chunk = (struct chunk){.due = due_time(lane, now), .size = size};
  memcpy(chunk->bytes, bytes, size);
  if (lane->tail)
    lane->tail->next = chunk;
  else
    lane->head = chunk;
  lane->tail = chunk;
  lane->queued += size;
}

/* Writes without waiting; what the sink did not take is told by a smaller number, a broken sink by -1. */
static ssize_t push(struct lane *lane, const unsigned char *bytes, size_t size)
{
  ssize_t sent = send(lane->to, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent >= 0)
    return sent;
  return errno == EAGAIN || errno == EINTR ? 0 : -1;
}

/* The sink is gone: forget what waits, and let the source see that nobody listens. */
static void break_lane(struct lane *lane)
{
  while (lane->head)
    drop_chunk(lane);
  shutdown(lane->from, SHUT_RD);
  finish(lane);
}

static void write_due(struct lane *lane, int64_t now)
{
  lane->full = false;
  while (!lane->finished && lane->head && lane->head->due <= now) {
    struct chunk *chunk = lane->head;
    if (!chunk->size) {
      shutdown(lane->to, SHUT_WR);
      drop_chunk(lane);
      finish(lane);
      return;
    }
    ssize_t sent = push(lane, chunk->bytes + chunk->sent, chunk->size - chunk->sent);
    if (sent < 0) {
      break_lane(lane);
      return;
    }
    chunk->sent += (size_t)sent;
    if (chunk->sent < chunk->size) {
      lane->full = true;
      break;
    }
    drop_chunk(lane);
  }
}

/* Without a delay the bytes go through without being kept, as far as the sink takes them. */
static void take(struct lane *lane, size_t size, int64_t now)
{
  size_t sent = 0;
  *lane->count += size;
  if (!lane->pair->half && !lane->head && !lane->full) {
    ssize_t pushed = push(lane, buffer, size);
    if (pushed < 0) {
      break_lane(lane);
      return;
    }
    sent = (size_t)pushed;
    lane->full = sent < size;
  }
  if (sent < size)
    keep(lane, buffer + sent, size - sent, now);
}

static void read_all(struct lane *lane, int64_t now)
{
  while (lane->readable && !lane->ended && !lane->finished && lane->queued < LANE_LIMIT) {
    ssize_t got = recv(lane->from, buffer, sizeof buffer, MSG_DONTWAIT);
    if (got > 0) {
      take(lane, (size_t)got, now);
    } else if (got < 0 && errno == EINTR) {
      continue;
    } else if (got < 0 && errno == EAGAIN) {
      lane->readable = false;
    } else {
      lane->ended = true; /* a reset ends the stream too, after what came before it */
      keep(lane, buffer, 0, now);
    }
  }
}

static void schedule(struct lane *lane)
{
  if (lane->finished || lane->full || !lane->head) {
    heap_remove(&lane->item);
    return;
  }
  lane->item.due = lane->head->due;
  heap_put(&lane->item);
}

static void work(struct lane *lane, int64_t now)
{
  if (lane->finished)
    return;
  read_all(lane, now);
  if (!lane->full)
    write_due(lane, now);
  if (lane->readable)
    read_all(lane, now);
  schedule(lane);
}

static bool watch(int epoll, int fd, struct end *end)
{
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = end};
  return !epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static void close_pair(struct pair *pair)
{
  close(pair->up.from);
  close(pair->up.to);
  while (pair->up.head)
    drop_chunk(&pair->up);
  while (pair->down.head)
    drop_chunk(&pair->down);
  free(pair);
}

bool flow_open(int epoll, int client, int server, int64_t now, int64_t round_trip, struct mf_flow_count *count)
{
  struct pair *pair = calloc(1, sizeof *pair);
  if (!pair)
    abort();
  pair->half = round_trip / 2;
  pair->established = now + round_trip;
  pair->up = (struct lane){.pair = pair, .from = client, .to = server, .count = &count->up};
  pair->down = (struct lane){.pair = pair, .from = server, .to = client, .count = &count->down};
  pair->client = (struct end){.in = &pair->up, .out = &pair->down};
  pair->server = (struct end){.in = &pair->down, .out = &pair->up};
  if (watch(epoll, client, &pair->client) && watch(epoll, server, &pair->server))
    return true;
  close_pair(pair);
  return false;
}

void flow_event(void *pointer, uint32_t events, int64_t now)
{
  struct end *end = pointer;
  if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
    end->in->readable = true;
    work(end->in, now);
  }
  if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) {
    end->out->full = false;
    work(end->out, now);
  }
}

void flow_deliver(int64_t now)
{
  for (struct mf_heap_item *item; (item = heap_first()) != NULL && item->due <= now;)
    work((struct lane *)item, now);
}

int64_t flow_next_due(void)
{
  struct mf_heap_item *item = heap_first();
  return item ? item->due : -1;
}

unsigned flow_reap(void)
{
  unsigned count = 0;
  while (dead_pairs) {
    struct pair *pair = dead_pairs;
    dead_pairs = pair->next_dead;
    close_pair(pair);
    count++;
  }
  return count;
}
