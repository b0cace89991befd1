#include "flush.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "descriptor.h"

static void *work(void *context)
{
  struct mf_flush *flush = context;

  flush->reason = mf_descriptor_flush(flush->descriptor) ? 0 : errno;
  atomic_store(&flush->ended, true);
  flush->wake(flush->context);
  return NULL;
}

bool mf_flush_begin(struct mf_flush *flush, int descriptor, void (*wake)(void *context), void *context)
{
  sigset_t all, before;

  flush->descriptor = descriptor;
  flush->wake = wake;
  flush->context = context;
  flush->process = getpid();
  sigfillset(&all); /* signals are for the threads of the host */
  pthread_sigmask(SIG_SETMASK, &all, &before);
  flush->begun = pthread_create(&flush->thread, NULL, work, flush) == 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return flush->begun;
}

bool mf_flush_ended(const struct mf_flush *flush)
{
  return !flush->begun || atomic_load(&flush->ended);
}

bool mf_flush_end(struct mf_flush *flush)
{
  if (!flush->begun)
    return true;
  flush->begun = false;
  if (flush->process != getpid())
    return true;
  pthread_join(flush->thread, NULL);
  errno = flush->reason;
  return errno == 0;
}
