/* Keeps SIGPIPE from a thread that writes to sockets or helpers, without touching the process's own disposition. */
#ifndef MF_BROKEN_PIPE_H
#define MF_BROKEN_PIPE_H

#include <signal.h>
#include <stdbool.h>

struct mf_broken_pipe {
  sigset_t before;
  bool pending; /* one was pending already: it is not ours to take */
};

void mf_broken_pipe_hold(struct mf_broken_pipe *guard);
/* Takes back a SIGPIPE that arose since, and restores the mask. */
void mf_broken_pipe_release(struct mf_broken_pipe *guard);

#endif
