#include "queue.h"

#include <assert.h>
#include <stddef.h>

void mf_queue_enter(struct mf_queue *queue, struct mf_link *link)
{
  assert(!link->queue);
  *link = (struct mf_link){queue, queue->last, NULL};
  if (queue->last)
    queue->last->next = link;
  else
    queue->first = link;
  queue->last = link;
}

void mf_queue_leave(struct mf_link *link)
{
  struct mf_queue *queue = link->queue;

  if (!queue)
    return;
  assert(link->previous ? link->previous->next == link : queue->first == link);
  assert(link->next ? link->next->previous == link : queue->last == link);
  if (link->previous)
    link->previous->next = link->next;
  else
    queue->first = link->next;
  if (link->next)
    link->next->previous = link->previous;
  else
    queue->last = link->previous;
  *link = (struct mf_link){0};
}
