#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "disk_problem.h"

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

int mf_lock_try(const char *path, bool shared, struct mf_problem *problem)
{
  int fd = open_lock(path);
  bool taken = fd >= 0 && flock(fd, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0;
  bool busy = fd >= 0 && !taken && (errno == EWOULDBLOCK || errno == EINTR);

  if (taken && still_named(fd, path))
    return fd;
  if (taken || busy) {
    mf_problem_set(problem, MF_PROBLEM_LOCKED, "cannot lock %s: another process holds it", path);
    problem->retryable = true;
  } else {
    mf_disk_problem(problem, "cannot lock", path);
  }
  if (fd >= 0)
    close(fd);
  return -1;
}
