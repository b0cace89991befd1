/* A queue of what others own: first come, first served. What waits in one has a link as its first member. */
#ifndef MF_QUEUE_H
#define MF_QUEUE_H

struct mf_link {
  struct mf_queue *queue; /* NULL: it is in none */
  struct mf_link *previous;
  struct mf_link *next;
};

/* All zero is an empty queue. */
struct mf_queue {
  struct mf_link *first; /* has waited longest */
  struct mf_link *last;
};

/* Puts a link that is in no queue behind all others. */
void mf_queue_enter(struct mf_queue *queue, struct mf_link *link);
/* Takes a link out of its queue; harmless when it is in none. */
void mf_queue_leave(struct mf_link *link);

#endif
