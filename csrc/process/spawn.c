#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __GLIBC__
#if __GLIBC_PREREQ(2, 36)
#include <sys/pidfd.h>
#define HAVE_PIDFD 1
#endif
#if __GLIBC_PREREQ(2, 34)
#define HAVE_CLOSEFROM 1
#endif
#endif

#ifdef __APPLE__ /* where a library does not see the variable */
#include <crt_externs.h>
#define environ (*_NSGetEnviron())
#endif

#define MOST_DESCRIPTORS 4096 /* that are looked at one by one, where no call closes all */

/* ---- finding ---- */

static bool is_program(const char *path)
{
  struct stat seen;

  if (stat(path, &seen))
    return false;
  if (!S_ISREG(seen.st_mode)) {
    errno = EACCES;
    return false;
  }
  return access(path, X_OK) == 0;
}

/* Looks in one part of PATH. Remembers in DENIED a file that is there and may not be run. */
static bool look_in(const char *folder, size_t length, const char *name, char *program, size_t size, bool *denied)
{
  int written;

  if (length == 0 || folder[0] != '/')
    return false;
  written = snprintf(program, size, "%.*s/%s", (int)length, folder, name);
  if (written < 0 || (size_t)written >= size)
    return false;
  if (is_program(program))
    return true;
  if (errno == EACCES)
    *denied = true;
  return false;
}

bool mf_spawn_find(const char *name, char *program, size_t size, struct mf_problem *problem)
{
  const char *path = getenv("PATH");
  bool denied = false;

  if (name[0] == '/' && strlen(name) < size) {
    memcpy(program, name, strlen(name) + 1);
    return true;
  }
  if (name[0] == '\0' || strchr(name, '/'))
    return mf_problem_set(problem, MF_PROBLEM_INVALID_ARGUMENT,
                          "cannot run '%s': the name of a program, or its absolute path, is needed", name);
  if (!path || !path[0])
    path = "/usr/local/bin:/usr/bin:/bin";
  for (;;) {
    size_t length = strcspn(path, ":");

    if (look_in(path, length, name, program, size, &denied))
      return true;
    if (!path[length])
      break;
    path += length + 1;
  }
  if (denied)
    return mf_problem_set(problem, MF_PROBLEM_IO, "cannot run %s: it is on PATH but is not an executable file", name);
  return mf_problem_set(problem, MF_PROBLEM_NOT_FOUND, "cannot run %s: it is not in the absolute folders of PATH",
                        name);
}

/* ---- starting ---- */

static void close_both(int ends[2])
{
  if (ends[0] >= 0)
    close(ends[0]);
  if (ends[1] >= 0)
    close(ends[1]);
  ends[0] = ends[1] = -1;
}

/* A host that closed its standard streams gets pipes in their numbers, which the child's dup2 would run over. */
static bool move_up(int *fd)
{
  int moved;

  if (*fd > STDERR_FILENO)
    return true;
  moved = fcntl(*fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (moved < 0)
    return false;
  close(*fd);
  *fd = moved;
  return true;
}

static bool pipe_to_close(int ends[2])
{
#ifdef __APPLE__ /* which has no pipe2 before macOS 27 */
  return pipe(ends) == 0 && fcntl(ends[0], F_SETFD, FD_CLOEXEC) == 0 && fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0;
#else
  return pipe2(ends, O_CLOEXEC) == 0;
#endif
}

/* A pipe of which end OURS does not block. */
static bool open_pipe(int ends[2], int ours)
{
  if (!pipe_to_close(ends)) {
    ends[0] = ends[1] = -1;
    return false;
  }
  return move_up(&ends[0]) && move_up(&ends[1]) && fcntl(ends[ours], F_SETFL, O_NONBLOCK) == 0;
}

/* Not every library that lives in this process marks its descriptors close-on-exec; libcurl 7.88 does not. */
static int add_closing(posix_spawn_file_actions_t *actions)
{
#ifdef HAVE_CLOSEFROM
  return posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
#else
  long most = sysconf(_SC_OPEN_MAX);
  int failed = 0;

  for (int fd = STDERR_FILENO + 1; !failed && fd < most && fd < MOST_DESCRIPTORS; fd++) {
    int flags = fcntl(fd, F_GETFD);

    if (flags >= 0 && !(flags & FD_CLOEXEC))
      failed = posix_spawn_file_actions_addclose(actions, fd);
  }
  return failed;
#endif
}

static int prepare_actions(posix_spawn_file_actions_t *actions, int input, int output)
{
  int failed = posix_spawn_file_actions_adddup2(actions, input, STDIN_FILENO);

  if (!failed)
    failed = posix_spawn_file_actions_adddup2(actions, output, STDOUT_FILENO);
  return failed ? failed : add_closing(actions);
}

/* Its own group, no signal blocked, and neither SIGPIPE nor SIGCHLD ignored, whatever our host does with them. */
static int prepare_attributes(posix_spawnattr_t *attributes)
{
  sigset_t none, normal;
  int failed;

  sigemptyset(&none);
  sigemptyset(&normal);
  sigaddset(&normal, SIGPIPE);
  sigaddset(&normal, SIGCHLD);
  failed = posix_spawnattr_setpgroup(attributes, 0);
  if (!failed)
    failed = posix_spawnattr_setsigmask(attributes, &none);
  if (!failed)
    failed = posix_spawnattr_setsigdefault(attributes, &normal);
  if (!failed)
    failed =
        posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  return failed;
}

/* 0, or the errno of what failed, execve included. */
static int start(pid_t *pid, const char *program, char *const argv[], int input, int output)
{
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int failed = posix_spawn_file_actions_init(&actions);

  if (failed)
    return failed;
  failed = posix_spawnattr_init(&attributes);
  if (failed) {
    posix_spawn_file_actions_destroy(&actions);
    return failed;
  }
  failed = prepare_actions(&actions, input, output);
  if (!failed)
    failed = prepare_attributes(&attributes);
  if (!failed)
    failed = posix_spawn(pid, program, &actions, &attributes, argv, environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return failed;
}

static int open_pid(pid_t pid)
{
#ifdef HAVE_PIDFD
  return pidfd_open(pid, 0); /* close-on-exec by itself */
#else
  (void)pid;
  return -1;
#endif
}

bool mf_spawn(const char *program, char *const argv[], struct mf_spawned *spawned, struct mf_problem *problem)
{
  int input[2] = {-1, -1};
  int output[2] = {-1, -1};
  int failed = 0;

  if (!open_pipe(input, 1) || !open_pipe(output, 0))
    failed = errno;
  if (!failed)
    failed = start(&spawned->pid, program, argv, input[0], output[1]);
  if (failed) {
    close_both(input);
    close_both(output);
    errno = failed;
    mf_problem_errno(problem, "cannot run", program);
    if (failed == ENOENT && access(program, F_OK) != 0)
      problem->code = MF_PROBLEM_NOT_FOUND;
    return false;
  }
  close(input[0]);
  close(output[1]);
  spawned->input = input[1];
  spawned->output = output[0];
  spawned->pid_fd = open_pid(spawned->pid);
  return true;
}

bool mf_spawn_instead(const char *program, char *const argv[], struct mf_problem *problem)
{
  execv(program, argv);
  return mf_problem_errno(problem, "cannot run", program);
}
