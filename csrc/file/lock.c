#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../base/clock.h"
#include "disk_problem.h"

#define FIRST_PAUSE 0.001
#define LONGEST_PAUSE 0.032

/* 0.5 to 1.5, other in each process and at each call, so that processes that came together do not try together. */
static double jitter(void)
{
  struct timespec now;

  clock_gettime(CLOCK_REALTIME, &now);
  return 0.5 + (double)(((unsigned long)now.tv_nsec + (unsigned long)getpid() * 2654435761UL) % 1000UL) / 1000.0;
}

static void pause_for(double seconds)
{
  struct timespec pause = {.tv_sec = (time_t)seconds};

  pause.tv_nsec = (long)((seconds - (double)pause.tv_sec) * 1e9);
  nanosleep(&pause, NULL); /* cut short by a signal: the next try is only earlier */
}

static int open_lock(const char *path)
{
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
  int reason = errno;

  if (fd >= 0 || (reason != EACCES && reason != EROFS))
    return fd;
  /* Readers of a store that they may not write can still share a lock on a file that is there. */
  fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  errno = reason;
  return fd;
}

/* True when the locked file still has the name. */
static bool still_named(int fd, const char *path)
{
  struct stat ours, named;

  return fstat(fd, &ours) == 0 && stat(path, &named) == 0 && ours.st_dev == named.st_dev && ours.st_ino == named.st_ino;
}

enum outcome { TAKEN, BUSY, BROKEN };

/* One attempt; errno tells why it is BROKEN. */
static enum outcome try_lock(const char *path, bool shared, int *lock)
{
  int fd = open_lock(path);
  enum outcome outcome;

  if (fd < 0)
    return BROKEN;
  if (flock(fd, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB))
    outcome = errno == EWOULDBLOCK || errno == EINTR ? BUSY : BROKEN;
  else
    outcome = still_named(fd, path) ? TAKEN : BUSY;
  if (outcome == TAKEN) {
    *lock = fd;
    return TAKEN;
  }
  int reason = errno;
  close(fd);
  errno = reason;
  return outcome;
}

int mf_lock_take(const char *path, bool shared, double timeout, struct mf_problem *problem)
{
  double deadline = mf_clock_now() + timeout;
  double pause = FIRST_PAUSE;
  int lock = -1;

  for (;;) {
    enum outcome outcome = try_lock(path, shared, &lock);
    double left = deadline - mf_clock_now();

    if (outcome == TAKEN)
      return lock;
    if (outcome == BROKEN) {
      mf_disk_problem(problem, "cannot lock", path);
      return -1;
    }
    if (left <= 0) {
      mf_problem_set(problem, MF_PROBLEM_LOCKED, "cannot lock %s: another process holds it", path);
      problem->retryable = true;
      return -1;
    }
    double wait = pause * jitter();
    pause_for(wait < left ? wait : left);
    pause = pause * 2 < LONGEST_PAUSE ? pause * 2 : LONGEST_PAUSE;
  }
}
