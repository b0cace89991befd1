/* How fast one host may be asked: what its 429 answers ("too many requests") have taught. It holds all requests for
   a while, then lets fewer through at once and leaves a gap between them; with each answer both grow back slowly. */
#ifndef MF_PACE_H
#define MF_PACE_H

#include <stdbool.h>

#include "../base/queue.h"

struct mf_pace {
  double until;   /* nobody asks before then */
  double refused; /* when it was last slowed down: a 429 to what was sent before tells nothing new */
  double gap;     /* seconds between two requests */
  double most;    /* requests at once; 0: no bound */
  long places;    /* the same, whatever the answers are: there are so many connections; 0: no bound */
  int under_way;
  struct mf_queue waiting;
  double since; /* when the first of the refusals came */
  int refusals; /* 429 answers without another one in between */
};

/* May a request be sent now? When not, it waits behind those that came before. */
bool mf_pace_may_go(struct mf_pace *pace, struct mf_link *waiter, double now);
/* The same of one that does not count, as it is JOINED to another request by a pipe: they would wait for each
   other. */
bool mf_pace_is_open(const struct mf_pace *pace, double now);
/* A request is sent, or has come to its end. */
void mf_pace_begin(struct mf_pace *pace, bool joined, double now);
void mf_pace_end(struct mf_pace *pace, bool joined);
/* A request that was sent at SENT was answered 429. ASKED: seconds that the answer asks for, 0 or less when it does
   not say; the hold is FIRST seconds then, twice as many each time, at most 10. False: the host has said nothing else
   for ten minutes, and is believed. */
bool mf_pace_refuse(struct mf_pace *pace, double sent, double asked, double first, double now);
/* A request was answered. */
void mf_pace_accept(struct mf_pace *pace);

#endif
