/* Waits in a thread until the bytes of a file are on the disk, while the process goes on. */
#ifndef MF_FLUSH_H
#define MF_FLUSH_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

/* Zeroed at first; it stays where it is while the thread is at work. */
struct mf_flush {
  bool begun;
  atomic_bool ended;
  int descriptor;
  int reason; /* errno of fsync, or 0 */
  void (*wake)(void *context);
  void *context;
  pthread_t thread;
  pid_t process; /* the thread is its own: a forked child has none */
};

/* Begins with the file DESCRIPTOR, which stays open until mf_flush_end. The thread calls wake(CONTEXT) at its end.
   False: there is no thread to be had. */
bool mf_flush_begin(struct mf_flush *flush, int descriptor, void (*wake)(void *context), void *context);
/* Would mf_flush_end not wait? */
bool mf_flush_ended(const struct mf_flush *flush);
/* Waits for the thread, if there is one. False: errno tells why bytes may be missing on the disk. */
bool mf_flush_end(struct mf_flush *flush);

#endif
