#include "write_signals.h"

#include <errno.h>
#include <stddef.h>
#include <time.h>

static const int held[] = {SIGPIPE, SIGXFSZ};

enum { HELD_COUNT = sizeof held / sizeof *held };

void mf_write_signals_hold(struct mf_write_signals *guard)
{
  sigset_t set;

  sigpending(&guard->pending);
  sigemptyset(&set);
  for (size_t i = 0; i < HELD_COUNT; i++)
    sigaddset(&set, held[i]);
  pthread_sigmask(SIG_BLOCK, &set, &guard->before);
}

void mf_write_signals_release(struct mf_write_signals *guard)
{
  static const struct timespec at_once = {0, 0};
  sigset_t set;
  int error = errno;

  sigemptyset(&set);
  for (size_t i = 0; i < HELD_COUNT; i++) {
    if (!sigismember(&guard->pending, held[i]))
      sigaddset(&set, held[i]);
  }
  while (sigtimedwait(&set, NULL, &at_once) > 0 || errno == EINTR)
    ;
  pthread_sigmask(SIG_SETMASK, &guard->before, NULL);
  errno = error;
}
