#include "broken_pipe.h"

#include <errno.h>
#include <stddef.h>
#include <time.h>

static void only_sigpipe(sigset_t *set)
{
  sigemptyset(set);
  sigaddset(set, SIGPIPE);
}

void mf_broken_pipe_hold(struct mf_broken_pipe *guard)
{
  sigset_t set;

  sigpending(&set);
  guard->pending = sigismember(&set, SIGPIPE) == 1;
  only_sigpipe(&set);
  pthread_sigmask(SIG_BLOCK, &set, &guard->before);
}

void mf_broken_pipe_release(struct mf_broken_pipe *guard)
{
  static const struct timespec at_once = {0, 0};
  sigset_t set;
  int error = errno;

  if (!guard->pending) {
    only_sigpipe(&set);
    while (sigtimedwait(&set, NULL, &at_once) < 0 && errno == EINTR)
      ;
  }
  pthread_sigmask(SIG_SETMASK, &guard->before, NULL);
  errno = error;
}
