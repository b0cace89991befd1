#include "helper_runs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../process/child.h"

struct run {
  struct mf_task task;
  struct run *next;
  char helper[MF_HELPER_NAME];
  char *server;
  struct mf_child *child; /* while it runs */
  enum mf_helper_result result;
  struct mf_credentials credentials;
  struct mf_problem problem;
};

struct mf_helper_runs {
  struct mf_engine *engine;
  struct run *first;
};

/* ---- one run ---- */

static void stop(struct run *run)
{
  if (!run->child)
    return;
  mf_engine_remove(&run->task);
  mf_child_free(run->child);
  run->child = NULL;
}

static int exit_status(const struct mf_child *child)
{
  switch (mf_child_end(child)) {
  case MF_CHILD_EXITED:
    return mf_child_number(child);
  case MF_CHILD_SIGNALED:
    return 128 + mf_child_number(child);
  default:
    return 0; /* the host took the status away: the output decides */
  }
}

static void read_answer(struct run *run)
{
  const struct mf_problem *problem = mf_child_problem(run->child);
  size_t length;
  const char *output = mf_child_output(run->child, &length);

  if (problem)
    mf_problem_set(&run->problem, MF_PROBLEM_CREDENTIALS, "docker-credential-%s: %s", run->helper, problem->text);
  else
    run->result =
        mf_helper_read(run->helper, exit_status(run->child), output, length, &run->credentials, &run->problem);
}

static bool advance(struct mf_task *task)
{
  struct run *run = (struct run *)task;

  if (!mf_child_step(run->child)) {
    run->task.due = mf_child_due(run->child);
    return false;
  }
  read_answer(run);
  stop(run);
  return true;
}

static size_t descriptors(const struct mf_task *task, struct pollfd *files)
{
  _Static_assert(MF_CHILD_DESCRIPTORS <= MF_TASK_DESCRIPTORS, "a task must have room for a child's descriptors");
  return mf_child_descriptors(((const struct run *)task)->child, files);
}

static void start(struct run *run, struct mf_engine *engine)
{
  static const struct mf_child_limits limits = {MF_HELPER_SECONDS, MF_HELPER_OUTPUT};
  char program[MF_HELPER_PROGRAM];
  char action[] = "get";
  char *arguments[] = {program, action, NULL};

  mf_helper_program(run->helper, program);
  run->child = mf_child_start(program, arguments, run->server, strlen(run->server), &limits, &run->problem);
  if (!run->child) {
    run->problem.code = MF_PROBLEM_CREDENTIALS;
    return;
  }
  run->task.due = mf_child_due(run->child);
  mf_engine_add(engine, &run->task);
}

static void free_run(struct run *run)
{
  stop(run);
  mf_credentials_free(&run->credentials);
  free(run->server);
  free(run);
}

/* ---- all of a client ---- */

struct mf_helper_runs *mf_helper_runs_new(struct mf_engine *engine)
{
  struct mf_helper_runs *runs = calloc(1, sizeof(*runs));

  if (runs)
    runs->engine = engine;
  return runs;
}

void mf_helper_runs_forget(struct mf_helper_runs *runs)
{
  while (runs->first) {
    struct run *run = runs->first;
    runs->first = run->next;
    free_run(run);
  }
}

void mf_helper_runs_free(struct mf_helper_runs *runs)
{
  if (!runs)
    return;
  mf_helper_runs_forget(runs);
  free(runs);
}

static struct run *find(const struct mf_helper_runs *runs, const char *helper, const char *server)
{
  for (struct run *run = runs->first; run; run = run->next)
    if (strcmp(run->helper, helper) == 0 && strcmp(run->server, server) == 0)
      return run;
  return NULL;
}

/* NULL: memory is short. */
static struct run *add(struct mf_helper_runs *runs, const char *helper, const char *server)
{
  struct run *run = calloc(1, sizeof(*run));

  if (!run)
    return NULL;
  run->server = strdup(server);
  if (!run->server) {
    free_run(run);
    return NULL;
  }
  run->task = (struct mf_task){.advance = advance, .descriptors = descriptors, .due = INFINITY};
  snprintf(run->helper, sizeof(run->helper), "%s", helper);
  run->result = MF_HELPER_FAILED; /* unless it answers */
  run->next = runs->first;
  runs->first = run;
  start(run, runs->engine);
  return run;
}

bool mf_helper_runs_ask(struct mf_helper_runs *runs, const char *helper, const char *server,
                        enum mf_helper_result *result, struct mf_credentials *credentials, struct mf_problem *problem)
{
  struct run *run = find(runs, helper, server);

  *result = MF_HELPER_FAILED;
  mf_problem_set(problem, MF_PROBLEM_MEMORY, "out of memory");
  if (!run)
    run = add(runs, helper, server);
  if (!run)
    return true;
  if (run->child)
    return false;
  if (run->result == MF_HELPER_FAILED)
    *problem = run->problem;
  else if (run->result == MF_HELPER_NOT_FOUND || mf_credentials_copy(credentials, &run->credentials))
    *result = run->result;
  return true;
}
