/* Drives transfers and tasks: one curl multi handle, its connections, and a list of state machines to advance.

   A task is anything that waits for something: an exchange, a token being fetched, a helper that runs. The engine
   advances every task after each event and when its time is due; a task starts transfers, or says it is done. */
#ifndef MF_ENGINE_H
#define MF_ENGINE_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "../base/problem.h"
#include "../base/queue.h"
#include "transfer.h"

#define MF_TASK_DESCRIPTORS 3

struct mf_task {
  struct mf_link link;
  /* Goes as far as it can without waiting. True when it got any further: tasks that waited for it are tried again. */
  bool (*advance)(struct mf_task *task);
  /* The files it waits for, at most MF_TASK_DESCRIPTORS; NULL: none. */
  size_t (*descriptors)(const struct mf_task *task, struct pollfd *files);
  double due; /* mf_clock_now() time at which to advance it even if nothing happens; INFINITY: none */
  bool done;
};

struct mf_engine;

struct mf_engine_limits {
  long connections_per_host; /* over HTTP/1.1; HTTP/2 needs one */
  long connections;          /* in all */
};

struct mf_engine *mf_engine_new(const struct mf_engine_limits *limits, struct mf_problem *problem);
/* Every task must have been removed and every transfer withdrawn. */
void mf_engine_free(struct mf_engine *engine);

void mf_engine_add(struct mf_engine *engine, struct mf_task *task);
/* Harmless for one that is in no engine. */
void mf_engine_remove(struct mf_task *task);
bool mf_engine_submit(struct mf_engine *engine, struct mf_transfer *transfer, struct mf_problem *problem);
/* Takes the transfer off the wire; harmless when it is not on it. */
void mf_engine_withdraw(struct mf_engine *engine, struct mf_transfer *transfer);

/* The step that is running, or else the next, is to return: its caller has something to do. */
void mf_engine_call(struct mf_engine *engine);
/* Ends the wait of the step that is running: the one function that another thread may call, for a task that waits for
   it. */
void mf_engine_wake(void *engine);
/* Advances tasks and moves bytes until mf_engine_call is called or SECONDS (at most one) have passed. A signal ends the
   wait. False: libcurl itself failed, or the process was forked since (problem set). */
bool mf_engine_step(struct mf_engine *engine, double seconds, struct mf_problem *problem);

#endif
