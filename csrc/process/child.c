#include "child.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../base/bytes.h"
#include "../base/clock.h"
#include "../file/write_signals.h"
#include "spawn.h"

#define LOOK_EVERY 0.02 /* seconds between looks at a program whose end no descriptor tells */

struct mf_child {
  struct mf_spawned running; /* descriptors are -1 once closed */
  pid_t process;             /* whose child it is: one forked from that leaves it alone */
  struct mf_bytes input;
  size_t sent;
  struct mf_bytes output;
  double deadline;
  double timeout;
  bool killed;
  bool ended; /* and reaped */
  enum mf_child_end end;
  int number;
  struct mf_problem problem;
  char name[256]; /* for messages */
};

static void close_fd(int *fd)
{
  if (*fd >= 0)
    close(*fd);
  *fd = -1;
}

static void kill_group(struct mf_child *child)
{
  /* Only while its leader is not reaped: until then nobody else can have this number. */
  if (!child->ended && !child->killed && child->process == getpid())
    kill(-child->running.pid, SIGKILL);
  child->killed = true;
  close_fd(&child->running.input);
  close_fd(&child->running.output);
}

/* ---- one step ---- */

static void write_input(struct mf_child *child)
{
  struct mf_write_signals guard;
  ssize_t put = 0;

  assert(child->sent <= child->input.length);
  mf_write_signals_hold(&guard);
  while (child->running.input >= 0 && child->sent < child->input.length) {
    put = write(child->running.input, child->input.data + child->sent, child->input.length - child->sent);
    if (put < 0 && errno == EINTR)
      continue;
    if (put < 0)
      break;
    child->sent += (size_t)put;
  }
  /* EPIPE is no failure: a helper may know its answer without reading the question. */
  if (child->sent == child->input.length || (put < 0 && errno != EAGAIN)) {
    close_fd(&child->running.input);
    mf_bytes_free(&child->input);
    child->sent = 0;
  }
  mf_write_signals_release(&guard);
}

static void read_output(struct mf_child *child)
{
  char chunk[4096];

  while (child->running.output >= 0) {
    ssize_t got = read(child->running.output, chunk, sizeof(chunk));

    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0 && errno == EAGAIN)
      return;
    if (got <= 0) {
      close_fd(&child->running.output);
      return;
    }
    if ((size_t)got > child->output.limit - child->output.length)
      mf_problem_set(&child->problem, MF_PROBLEM_TOO_LARGE, "%s wrote more than %zu bytes", child->name,
                     child->output.limit);
    else if (!mf_bytes_add(&child->output, chunk, (size_t)got))
      mf_problem_set(&child->problem, MF_PROBLEM_MEMORY, "memory ran out for what %s wrote", child->name);
    if (child->problem.code != MF_PROBLEM_NONE)
      kill_group(child);
  }
}

static bool reap(struct mf_child *child)
{
  int status = 0;
  pid_t got;

  do
    got = waitpid(child->running.pid, &status, WNOHANG);
  while (got < 0 && errno == EINTR);
  if (got == 0)
    return false;
  child->ended = true;
  if (got < 0) {
    child->end = MF_CHILD_UNKNOWN;
  } else if (WIFSIGNALED(status)) {
    child->end = MF_CHILD_SIGNALED;
    child->number = WTERMSIG(status);
  } else {
    child->end = MF_CHILD_EXITED;
    child->number = WEXITSTATUS(status);
  }
  return true;
}

bool mf_child_step(struct mf_child *child)
{
  if (child->ended)
    return true;
  write_input(child);
  read_output(child);
  if (reap(child)) {
    read_output(child); /* what it wrote between the two calls above */
    close_fd(&child->running.input);
    close_fd(&child->running.output);
    close_fd(&child->running.pid_fd);
    return true;
  }
  if (!child->killed && mf_clock_now() >= child->deadline) {
    mf_problem_set(&child->problem, MF_PROBLEM_TIMEOUT, "%s did not end within %g s", child->name, child->timeout);
    kill_group(child);
  }
  return false;
}

size_t mf_child_descriptors(const struct mf_child *child, struct pollfd descriptors[MF_CHILD_DESCRIPTORS])
{
  size_t count = 0;

  if (child->running.input >= 0)
    descriptors[count++] = (struct pollfd){.fd = child->running.input, .events = POLLOUT};
  if (child->running.output >= 0)
    descriptors[count++] = (struct pollfd){.fd = child->running.output, .events = POLLIN};
  if (child->running.pid_fd >= 0)
    descriptors[count++] = (struct pollfd){.fd = child->running.pid_fd, .events = POLLIN};
  return count;
}

double mf_child_due(const struct mf_child *child)
{
  double soon = mf_clock_now() + LOOK_EVERY;

  /* Without a descriptor for its end, and after SIGKILL, which takes a moment, the end is looked for. */
  if (child->killed || (child->running.pid_fd < 0 && soon < child->deadline))
    return soon;
  return child->deadline;
}

/* ---- results ---- */

const struct mf_problem *mf_child_problem(const struct mf_child *child)
{
  return child->problem.code == MF_PROBLEM_NONE ? NULL : &child->problem;
}

enum mf_child_end mf_child_end(const struct mf_child *child)
{
  return child->end;
}

int mf_child_number(const struct mf_child *child)
{
  return child->number;
}

const char *mf_child_output(const struct mf_child *child, size_t *length)
{
  *length = child->output.length;
  return child->output.data ? child->output.data : "";
}

/* ---- life ---- */

void mf_child_free(struct mf_child *child)
{
  static const struct timespec moment = {.tv_nsec = 1000000};
  int tries;

  if (!child)
    return;
  kill_group(child);
  child->ended = child->ended || child->process != getpid();
  /* A killed process ends at once unless the kernel itself is stuck in it (a dead network disk): then it stays. */
  for (tries = 0; !child->ended && !reap(child) && tries < 2000; tries++)
    nanosleep(&moment, NULL);
  close_fd(&child->running.pid_fd);
  mf_bytes_free(&child->input);
  mf_bytes_free(&child->output);
  free(child);
}

static struct mf_child *new_child(const char *program, const void *input, size_t length,
                                  const struct mf_child_limits *limits)
{
  struct mf_child *child = calloc(1, sizeof(*child));
  const char *slash = strrchr(program, '/');

  if (!child)
    return NULL;
  mf_bytes_init(&child->input, length);
  mf_bytes_init(&child->output, limits->output);
  child->input.secret = child->output.secret = true;
  child->process = getpid();
  child->timeout = limits->timeout;
  child->deadline = mf_clock_now() + limits->timeout;
  snprintf(child->name, sizeof(child->name), "%s", slash ? slash + 1 : program);
  if (!mf_bytes_add(&child->input, input, length)) {
    mf_bytes_free(&child->input);
    free(child);
    return NULL;
  }
  return child;
}

struct mf_child *mf_child_start(const char *program, char *const argv[], const void *input, size_t length,
                                const struct mf_child_limits *limits, struct mf_problem *problem)
{
  char path[PATH_MAX];
  struct mf_child *child;

  if (!mf_spawn_find(program, path, sizeof(path), problem))
    return NULL;
  child = new_child(program, input, length, limits);
  if (!child) {
    mf_problem_set(problem, MF_PROBLEM_MEMORY, "cannot run %s: memory ran out", program);
    return NULL;
  }
  if (!mf_spawn(path, argv, &child->running, problem)) {
    child->running = (struct mf_spawned){.pid = 0, .pid_fd = -1, .input = -1, .output = -1};
    child->ended = true;
    mf_child_free(child);
    return NULL;
  }
  return child;
}

void mf_child_wait(const struct mf_child *child, double seconds)
{
  struct pollfd descriptors[MF_CHILD_DESCRIPTORS];
  size_t count = mf_child_descriptors(child, descriptors);
  double wait = mf_child_due(child) - mf_clock_now();

  wait = wait < seconds ? wait : seconds;
  poll(descriptors, count, wait <= 0 ? 0 : (int)(wait * 1000) + 1); /* a signal ends it: the caller looks */
}
