#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "descriptor.h"
#include "directory.h"
#include "disk_problem.h"
#include "write_signals.h"

/* ---- reading ---- */

static bool out_of_memory(const char *path, struct mf_problem *problem)
{
  return mf_problem_set(problem, MF_PROBLEM_MEMORY, "cannot read %s: memory ran out", path);
}

/* Refuses what is no regular file or too large, and makes room for the whole of it. */
static bool prepare(int fd, const char *path, struct mf_bytes *bytes, struct mf_problem *problem)
{
  struct stat seen;

  if (fstat(fd, &seen))
    return mf_disk_problem(problem, "cannot read", path);
  if (S_ISDIR(seen.st_mode))
    return mf_problem_set(problem, MF_PROBLEM_IO, "cannot read %s: it is a folder", path);
  if (!S_ISREG(seen.st_mode))
    return mf_problem_set(problem, MF_PROBLEM_IO, "cannot read %s: it is not a regular file", path);
  if ((uintmax_t)seen.st_size > bytes->limit - bytes->length)
    return mf_problem_set(problem, MF_PROBLEM_TOO_LARGE, "cannot read %s: it has %jd bytes, and the limit is %zu", path,
                          (intmax_t)seen.st_size, bytes->limit);
  return mf_bytes_reserve(bytes, (size_t)seen.st_size) || out_of_memory(path, problem);
}

static bool read_all(int fd, const char *path, struct mf_bytes *bytes, struct mf_problem *problem)
{
  char chunk[16384];

  for (;;) {
    ssize_t got = read(fd, chunk, sizeof(chunk));

    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return mf_disk_problem(problem, "cannot read", path);
    if (got == 0)
      return true;
    if ((size_t)got > bytes->limit - bytes->length) /* it grew after the look at its size */
      return mf_problem_set(problem, MF_PROBLEM_TOO_LARGE, "cannot read %s: it has more than %zu bytes", path,
                            bytes->limit);
    if (!mf_bytes_add(bytes, chunk, (size_t)got))
      return out_of_memory(path, problem);
  }
}

bool mf_file_read(const char *path, bool follow, struct mf_bytes *bytes, struct mf_problem *problem)
{
  /* O_NONBLOCK: a FIFO without a writer must not hold us before fstat can tell what it is. */
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (follow ? 0 : O_NOFOLLOW));
  bool done;

  if (fd < 0 && errno == ELOOP && !follow)
    return mf_problem_set(problem, MF_PROBLEM_IO, "cannot read %s: it is a symbolic link", path);
  if (fd < 0)
    return mf_disk_problem(problem, "cannot read", path);
  done = prepare(fd, path, bytes, problem) && read_all(fd, path, bytes, problem);
  close(fd);
  return done;
}

/* ---- replacing ---- */

struct writing {
  char target[PATH_MAX];
  char temporary[PATH_MAX];
  mode_t mode;
  bool masked; /* mode is what open is given: the umask cuts it */
  uid_t owner;
  gid_t group;
  bool chown;
};

bool mf_file_target(const char *path, bool follow, char target[PATH_MAX], struct mf_problem *problem)
{
  if (follow && realpath(path, target))
    return true;
  if (follow && errno == ENOENT && mf_directory_kind(path, false, problem) != MF_KIND_NONE)
    return mf_problem_set(problem, MF_PROBLEM_IO, "cannot replace %s: it is a symbolic link to nothing", path);
  if (follow && errno != ENOENT)
    return mf_disk_problem(problem, "cannot replace", path);
  if (snprintf(target, PATH_MAX, "%s", path) >= PATH_MAX)
    return mf_problem_set(problem, MF_PROBLEM_IO, "cannot replace a file: its path has over %d bytes", PATH_MAX);
  return true;
}

static bool look_at_old(struct writing *writing, const struct mf_file_style *style, struct mf_problem *problem)
{
  struct stat seen;

  writing->mode = style->mode;
  writing->masked = style->masked;
  if (lstat(writing->target, &seen))
    return errno == ENOENT || mf_disk_problem(problem, "cannot replace", writing->target);
  if (!S_ISREG(seen.st_mode))
    return mf_problem_set(problem, MF_PROBLEM_IO, "cannot replace %s: it is not a regular file", writing->target);
  if (style->keep) {
    writing->mode = seen.st_mode & 07777;
    writing->masked = false;
  }
  if (style->keep || style->keep_owner) {
    writing->owner = seen.st_uid;
    writing->group = seen.st_gid;
    writing->chown = geteuid() == 0;
  }
  return true;
}

bool mf_file_temporary(const char *folder, char path[PATH_MAX], struct mf_problem *problem)
{
  uint64_t random = 0;

  if (getentropy(&random, sizeof(random)))
    return mf_problem_errno(problem, "cannot name a temporary file in", folder);
  if (snprintf(path, PATH_MAX, "%s/.manifest-%016" PRIx64, folder, random) < PATH_MAX)
    return true;
  errno = ENAMETOOLONG;
  return mf_problem_errno(problem, "cannot name a temporary file in", folder);
}

/* Makes a file of a name nobody can foresee, which PATH receives. */
static int open_temporary(const char *folder, char path[PATH_MAX], mode_t mode, struct mf_problem *problem)
{
  int fd = -1;

  for (int tries = 0; fd < 0 && tries < 100; tries++) {
    if (!mf_file_temporary(folder, path, problem))
      return -1;
    fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (fd < 0 && errno != EEXIST && errno != EINTR)
      break;
  }
  if (fd < 0) {
    mf_disk_problem(problem, "cannot make a temporary file in", folder);
    problem->code = MF_PROBLEM_IO; /* a folder that is missing is not the file that is asked for */
  }
  return fd;
}

int mf_file_scratch(const char *folder, struct mf_problem *problem)
{
  char path[PATH_MAX];
  int fd = open_temporary(folder, path, 0600, problem);

  if (fd >= 0)
    unlink(path);
  return fd;
}

/* Fills the temporary file and closes it; errno tells why not. */
static bool fill(int fd, const struct writing *writing, const void *data, size_t length)
{
  struct mf_write_signals guard;
  bool done;

  mf_write_signals_hold(&guard);
  done = mf_descriptor_write(fd, data, length);
  mf_write_signals_release(&guard);
  if (done && writing->chown && fchown(fd, writing->owner, writing->group))
    done = false;
  /* After fchown, which may clear bits. Not the mode of open: the umask cuts that one. */
  done = done && (writing->masked || fchmod(fd, writing->mode) == 0) && mf_descriptor_flush(fd);
  if (!done) {
    int reason = errno;
    close(fd);
    errno = reason;
    return false;
  }
  return mf_descriptor_close(fd);
}

/* Writes the temporary file and puts it in place; removes it when that fails. */
static bool put_in_place(const char *folder, struct writing *writing, const void *data, size_t length,
                         struct mf_problem *problem)
{
  int fd = open_temporary(folder, writing->temporary, writing->masked ? writing->mode : 0600, problem);
  int reason;

  if (fd < 0)
    return false;
  if (fill(fd, writing, data, length) && rename(writing->temporary, writing->target) == 0)
    return true;
  reason = errno;
  unlink(writing->temporary);
  errno = reason;
  mf_disk_problem(problem, "cannot replace", writing->target);
  problem->code = MF_PROBLEM_IO;
  return false;
}

bool mf_file_replace(const char *path, const void *data, size_t length, const struct mf_file_style *style,
                     struct mf_problem *problem)
{
  struct writing writing = {.chown = false};
  char folder[PATH_MAX];
  int fd;

  if (!mf_file_target(path, style->follow, writing.target, problem) || !look_at_old(&writing, style, problem))
    return false;
  mf_directory_of(writing.target, folder);
  if (style->more)
    fd = -1;
  else if (!mf_directory_open(folder, &fd, problem))
    return false;
  if (!put_in_place(style->temporary ? style->temporary : folder, &writing, data, length, problem)) {
    if (fd >= 0)
      close(fd);
    return false;
  }
  return mf_directory_flush(fd, folder, problem);
}

bool mf_file_remove(const char *path, bool more, struct mf_problem *problem)
{
  char folder[PATH_MAX];

  if (remove(path))
    return mf_disk_problem(problem, "cannot remove", path);
  if (more)
    return true;
  mf_directory_of(path, folder);
  return mf_directory_sync(folder, problem);
}

bool mf_file_rename(const char *from, const char *to, bool more, struct mf_problem *problem)
{
  char source[PATH_MAX];
  char target[PATH_MAX];

  if (rename(from, to))
    return mf_disk_problem(problem, "cannot move a file to", to);
  if (more)
    return true;
  mf_directory_of(from, source);
  mf_directory_of(to, target);
  if (strcmp(source, target) != 0 && !mf_directory_sync(source, problem))
    return false;
  return mf_directory_sync(target, problem);
}
