#include "directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "descriptor.h"
#include "disk_problem.h"

#define DEEPEST 64
#define SETTLED 2 /* seconds */

enum mf_kind mf_directory_kind(const char *path, bool follow, struct mf_problem *problem)
{
  struct stat seen;

  if (follow ? stat(path, &seen) : lstat(path, &seen)) {
    if (errno == ENOENT || errno == ENOTDIR)
      return MF_KIND_NONE;
    mf_disk_problem(problem, "cannot look at", path);
    return MF_KIND_PROBLEM;
  }
  if (S_ISREG(seen.st_mode))
    return MF_KIND_FILE;
  return S_ISDIR(seen.st_mode) ? MF_KIND_DIRECTORY : MF_KIND_OTHER;
}

void mf_directory_of(const char *path, char folder[PATH_MAX])
{
  size_t length = strlen(path);

  while (length > 1 && path[length - 1] == '/')
    length--;
  while (length > 0 && path[length - 1] != '/')
    length--;
  while (length > 1 && path[length - 1] == '/')
    length--;
  if (length == 0)
    snprintf(folder, PATH_MAX, ".");
  else
    snprintf(folder, PATH_MAX, "%.*s", length < PATH_MAX ? (int)length : PATH_MAX - 1, path);
}

/* ---- durability ---- */

static bool not_durable(const char *path, struct mf_problem *problem)
{
  return mf_problem_errno(problem, "the change is done, but cannot be made durable, in the folder", path);
}

bool mf_directory_open(const char *path, int *fd, struct mf_problem *problem)
{
  *fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return *fd >= 0 || errno == EACCES || mf_problem_errno(problem, "cannot open the folder", path);
}

bool mf_directory_flush(int fd, const char *path, struct mf_problem *problem)
{
  bool done;

  if (fd < 0)
    return true;
  done = mf_descriptor_flush(fd) || errno == EINVAL || errno == EROFS; /* file systems that cannot do that */
  if (!done)
    not_durable(path, problem);
  close(fd);
  return done;
}

bool mf_directory_sync(const char *path, struct mf_problem *problem)
{
  int fd;

  if (!mf_directory_open(path, &fd, problem))
    return not_durable(path, problem);
  return mf_directory_flush(fd, path, problem);
}

/* ---- making ---- */

/* errno is ENOENT when what is above is missing. */
static bool make_one(const char *path, mode_t mode, struct mf_problem *problem)
{
  struct stat seen;
  int reason;

  if (mkdir(path, mode) == 0) {
    char parent[PATH_MAX];

    mf_directory_of(path, parent);
    return mf_directory_sync(parent, problem);
  }
  /* Other reasons may come before EEXIST (a read-only disk, say): look whether it is there all the same. */
  reason = errno;
  if (stat(path, &seen) == 0) {
    if (S_ISDIR(seen.st_mode))
      return true;
    reason = ENOTDIR;
  } else if (reason == EEXIST) {
    reason = errno;
  }
  errno = reason;
  mf_problem_errno(problem, "cannot make the folder", path);
  errno = reason;
  return false;
}

/* Makes PATH; from the end upwards, since most of it is there. PATH is changed and changed back. */
static bool make_upwards(char *path, mode_t mode, struct mf_problem *problem)
{
  char *slash = strrchr(path, '/');
  bool done = make_one(path, mode, problem);

  if (done || errno != ENOENT || !slash || slash == path)
    return done;
  *slash = '\0';
  done = make_upwards(path, mode, problem);
  *slash = '/';
  return done && make_one(path, mode, problem);
}

bool mf_directory_make(const char *path, mode_t mode, struct mf_problem *problem)
{
  char part[PATH_MAX];
  size_t length = strlen(path);

  while (length > 1 && path[length - 1] == '/')
    length--;
  if (length == 0 || length >= sizeof(part))
    return mf_problem_set(problem, MF_PROBLEM_IO, "cannot make a folder: its path is empty or has over %d bytes",
                          PATH_MAX);
  memcpy(part, path, length);
  part[length] = '\0';
  return make_upwards(part, mode, problem);
}

/* ---- removing ---- */

/* Removes what the folder behind FD holds, and closes FD. errno tells why not. */
static bool remove_content(int fd, int depth)
{
  DIR *folder = depth > 0 ? fdopendir(fd) : NULL;
  struct dirent *entry;
  bool done = true;

  if (!folder) {
    int reason = depth > 0 ? errno : ELOOP;
    close(fd);
    errno = reason;
    return false;
  }
  while (done && (errno = 0, entry = readdir(folder)) != NULL) {
    int below;

    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
      continue;
    below = openat(fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (below >= 0)
      done = remove_content(below, depth - 1) && unlinkat(fd, entry->d_name, AT_REMOVEDIR) == 0;
    else if (errno == ENOTDIR || errno == ELOOP)
      done = unlinkat(fd, entry->d_name, 0) == 0;
    else
      done = false;
    if (!done && errno == ENOENT) /* somebody else removed it first */
      done = true;
  }
  int reason = errno;
  closedir(folder);
  errno = reason;
  return done && reason == 0;
}

bool mf_directory_remove(const char *path, struct mf_problem *problem)
{
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  bool is_file = fd < 0 && (errno == ENOTDIR || errno == ELOOP);
  char parent[PATH_MAX];

  if (is_file ? unlink(path) != 0 : fd < 0 || !remove_content(fd, DEEPEST) || rmdir(path) != 0)
    return mf_disk_problem(problem, "cannot remove", path);
  mf_directory_of(path, parent);
  return mf_directory_sync(parent, problem);
}

/* ---- listing ---- */

bool mf_directory_list(const char *path, struct mf_texts *names, struct mf_problem *problem)
{
  DIR *folder = opendir(path); /* close-on-exec by itself */
  struct dirent *entry;
  bool done = true;

  if (!folder)
    return mf_disk_problem(problem, "cannot list", path);
  while (done && (errno = 0, entry = readdir(folder)) != NULL) {
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
      done = mf_texts_add(names, entry->d_name);
  }
  if (!done)
    mf_problem_set(problem, MF_PROBLEM_MEMORY, "cannot list %s: memory ran out", path);
  else if (errno)
    done = mf_problem_errno(problem, "cannot list", path);
  closedir(folder);
  mf_texts_sort(names);
  return done;
}

bool mf_directory_room(const char *path, struct mf_room *room, struct mf_problem *problem)
{
  struct statvfs seen;

  if (statvfs(path, &seen))
    return mf_disk_problem(problem, "cannot look at", path);
  room->bytes = (unsigned long long)seen.f_bavail * seen.f_frsize;
  room->no_files = seen.f_files > 0 && seen.f_favail == 0; /* some count none, and say 0 of both */
  room->writable = faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) == 0;
  return true;
}

#ifdef STATX_BTIME

bool mf_directory_identity(const char *path, char identity[MF_IDENTITY_SIZE], struct mf_problem *problem)
{
  struct statx seen;

  if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_BTIME, &seen))
    return mf_disk_problem(problem, "cannot look at", path);
  if (!(seen.stx_mask & STATX_BTIME))
    seen.stx_btime = (struct statx_timestamp){.tv_sec = 0};
  snprintf(identity, MF_IDENTITY_SIZE, "%u.%u:%llu:%lld.%09u", seen.stx_dev_major, seen.stx_dev_minor,
           (unsigned long long)seen.stx_ino, (long long)seen.stx_btime.tv_sec, seen.stx_btime.tv_nsec);
  return true;
}

#else /* musl before 1.2.5, and what is not Linux: without the time of birth */

bool mf_directory_identity(const char *path, char identity[MF_IDENTITY_SIZE], struct mf_problem *problem)
{
  struct stat seen;

  if (lstat(path, &seen))
    return mf_disk_problem(problem, "cannot look at", path);
  snprintf(identity, MF_IDENTITY_SIZE, "%llu:%llu", (unsigned long long)seen.st_dev, (unsigned long long)seen.st_ino);
  return true;
}

#endif

bool mf_directory_version(const char *path, char version[MF_VERSION_SIZE])
{
  struct stat seen;
  time_t now = time(NULL);

  if (stat(path, &seen) || seen.st_ctime > now - SETTLED)
    return false;
  snprintf(version, MF_VERSION_SIZE, "%llu:%llu:%lld:%lld:%lld", (unsigned long long)seen.st_dev,
           (unsigned long long)seen.st_ino, (long long)seen.st_size, (long long)seen.st_mtime,
           (long long)seen.st_ctime);
  return true;
}
