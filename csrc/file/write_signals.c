#include "write_signals.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

static const int held[] = {SIGPIPE, SIGXFSZ};

enum { HELD_COUNT = sizeof held / sizeof *held };

#ifdef __APPLE__ /* which has no sigtimedwait */
static int sigtimedwait(const sigset_t *set, void *info, const struct timespec *at_once)
{
  sigset_t pending;
  int signal;

  (void)info;
  (void)at_once;
  sigpending(&pending);
  for (size_t i = 0; i < HELD_COUNT; i++) {
    if (sigismember(set, held[i]) && sigismember(&pending, held[i]))
      return sigwait(set, &signal) ? -1 : signal;
  }
  errno = EAGAIN;
  return -1;
}
#endif

void mf_write_signals_hold(struct mf_write_signals *guard)
{
  sigset_t set;
  bool blocked = false;

  sigemptyset(&set);
  for (size_t i = 0; i < HELD_COUNT; i++)
    sigaddset(&set, held[i]);
  pthread_sigmask(SIG_BLOCK, &set, &guard->before);
  for (size_t i = 0; i < HELD_COUNT; i++)
    blocked = blocked || sigismember(&guard->before, held[i]);
  sigemptyset(&guard->pending);
  if (blocked) /* what was let through has come already */
    sigpending(&guard->pending);
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
