/* The two directions of one proxied connection: bytes that wait for their due time. */
#ifndef MF_BENCH_FLOW_H
#define MF_BENCH_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes read from clients (up) and from the target (down). */
struct mf_flow_count {
  uint64_t up, down;
};

/* Takes both sockets and watches them in `epoll`. False (and both closed) when it cannot. `count` must outlive the
 * flow. */
bool flow_open(int epoll, int client, int server, int64_t now, int64_t round_trip, struct mf_flow_count *count);

/* Serves one epoll event of a socket; `end` is the event's pointer. */
void flow_event(void *end, uint32_t events, int64_t now);

/* Writes everything that is due. */
void flow_deliver(int64_t now);

/* The time of the next byte that must be written, -1 when none waits. */
int64_t flow_next_due(void);

/* Frees the connections that ended and tells how many. To be called when no event of a past epoll_wait is left. */
unsigned flow_reap(void);

#endif
