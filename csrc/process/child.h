/* One helper program at a time from the view of an event loop: started without a shell, fed, read up to a limit, ended
   at a deadline. No call but mf_child_wait waits. */
#ifndef MF_CHILD_H
#define MF_CHILD_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "../base/problem.h"

struct mf_child; /* owned by the caller: mf_child_free */

struct mf_child_limits {
  double timeout; /* seconds until the program and its process group are killed */
  size_t output;  /* most bytes of standard output; one more and they are killed */
};

enum mf_child_end {
  MF_CHILD_EXITED,   /* mf_child_number is its exit status */
  MF_CHILD_SIGNALED, /* mf_child_number is the signal that ended it */
  MF_CHILD_UNKNOWN   /* it ended, but the host takes away the status (it ignores SIGCHLD, or waits for any child) */
};

/* Starts PROGRAM: an absolute path, or a name that is looked up in the absolute folders of PATH (never the working
   folder). ARGV ends with NULL. INPUT is copied and becomes its standard input; standard error is ours; nothing else is
   inherited. It leads a process group of its own. NULL: problem (not_found when there is no such program). */
struct mf_child *mf_child_start(const char *program, char *const argv[], const void *input, size_t length,
                                const struct mf_child_limits *limits, struct mf_problem *problem);

#define MF_CHILD_DESCRIPTORS 3
/* Fills in what to poll for, and returns how many. */
size_t mf_child_descriptors(const struct mf_child *child, struct pollfd descriptors[MF_CHILD_DESCRIPTORS]);
/* CLOCK_MONOTONIC seconds when mf_child_step must be called, whatever poll says. */
double mf_child_due(const struct mf_child *child);
/* Writes, reads, reaps, kills when it is late: whatever can be done now. True once it has ended and was reaped. A
   descendant that still has our pipe open is not waited for. */
bool mf_child_step(struct mf_child *child);

/* After the end. Problem: NULL when it ran to its end within its limits, however it ended; else timeout, too_large, io
   or memory. */
const struct mf_problem *mf_child_problem(const struct mf_child *child);
enum mf_child_end mf_child_end(const struct mf_child *child);
int mf_child_number(const struct mf_child *child);
/* What it wrote; valid until mf_child_free. Never NULL. */
const char *mf_child_output(const struct mf_child *child, size_t *length);

/* Kills it and its group if it still runs, reaps it, wipes input and output. NULL is fine. */
void mf_child_free(struct mf_child *child);

/* Waits until there may be something to do, SECONDS at most, or until a signal comes. */
void mf_child_wait(const struct mf_child *child, double seconds);

#endif
