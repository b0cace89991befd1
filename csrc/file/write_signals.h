/* Keeps the signals that a write can raise from the thread that writes, without touching the process's own disposition.
 * SIGPIPE of a socket or a helper, SIGXFSZ of a file that outgrows the process's limit: the write fails instead. */
#ifndef MF_WRITE_SIGNALS_H
#define MF_WRITE_SIGNALS_H

#include <signal.h>

struct mf_write_signals {
  sigset_t before;
  sigset_t pending; /* what was pending already: it is not ours to take */
};

void mf_write_signals_hold(struct mf_write_signals *guard);
/* Takes back the signals that arose since, and restores the mask. */
void mf_write_signals_release(struct mf_write_signals *guard);

#endif
