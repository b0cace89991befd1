#include "login.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../child.h"
#include "credential_lookup.h"
#include "helper.h"

struct mf_login {
  struct mf_task task;
  struct mf_network *network;
  char *registry;
  char *repository;
  enum mf_login_state state;
  bool wanted; /* ASKED: a request waits for it */
  struct mf_lookup lookup;
  struct mf_child *child;
  size_t server; /* index into lookup.servers of the one being asked */
  struct mf_credentials credentials;
  struct mf_problem problem;
};

static void end(struct mf_login *login, enum mf_login_state state)
{
  login->state = state;
  for (size_t i = 0; i < login->lookup.warnings.count; i++)
    mf_network_warn(login->network, login->lookup.warnings.items[i]);
}

/* Takes the lookup's next step: at once found, none or failed, or a helper to be asked later. */
static void look_further(struct mf_login *login)
{
  switch (mf_lookup_next(&login->lookup)) {
  case MF_LOOKUP_FOUND:
    login->credentials = login->lookup.credentials;
    login->lookup.credentials = (struct mf_credentials){0};
    end(login, MF_LOGIN_FOUND);
    break;
  case MF_LOOKUP_NONE:
    end(login, MF_LOGIN_NONE);
    break;
  case MF_LOOKUP_HELPER:
    login->server = 0;
    login->state = MF_LOGIN_HELPER;
    break;
  case MF_LOOKUP_FAILED:
    login->problem = login->lookup.problem;
    end(login, MF_LOGIN_FAILED);
    break;
  }
}

/* {=== the helper ===} */

static void stop_child(struct mf_login *login)
{
  if (!login->child)
    return;
  mf_engine_remove(login->network->engine, &login->task);
  mf_child_free(login->child);
  login->child = NULL;
}

static void fail(struct mf_login *login)
{
  stop_child(login);
  end(login, MF_LOGIN_FAILED);
}

static void start_helper(struct mf_login *login)
{
  static const struct mf_child_limits limits = {MF_HELPER_SECONDS, MF_HELPER_OUTPUT};
  const char *server = login->lookup.servers[login->server];
  char program[MF_HELPER_PROGRAM];
  char action[] = "get";
  char *arguments[] = {program, action, NULL};

  mf_helper_program(login->lookup.helper, program);
  login->child = mf_child_start(program, arguments, server, strlen(server), &limits, &login->problem);
  if (!login->child) {
    login->problem.code = MF_PROBLEM_CREDENTIALS;
    fail(login);
    return;
  }
  login->task.due = mf_child_due(login->child);
  mf_engine_add(login->network->engine, &login->task);
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

static void read_answer(struct mf_login *login)
{
  size_t length;
  const char *output = mf_child_output(login->child, &length);
  enum mf_helper_result result;

  if (mf_child_problem(login->child)) {
    mf_problem_set(&login->problem, MF_PROBLEM_CREDENTIALS, "docker-credential-%s: %s", login->lookup.helper,
                   mf_child_problem(login->child)->text);
    fail(login);
    return;
  }
  result = mf_helper_read(login->lookup.helper, exit_status(login->child), output, length, &login->credentials,
                          &login->problem);
  stop_child(login);
  if (result == MF_HELPER_FOUND)
    end(login, MF_LOGIN_FOUND);
  else if (result == MF_HELPER_FAILED)
    end(login, MF_LOGIN_FAILED);
  else if (login->lookup.servers[login->server + 1])
    login->server++;
  else
    look_further(login);
}

static bool advance(struct mf_task *task)
{
  struct mf_login *login = (struct mf_login *)task;

  if (!mf_child_step(login->child)) {
    login->task.due = mf_child_due(login->child);
    return false;
  }
  read_answer(login);
  return true;
}

static size_t descriptors(const struct mf_task *task, struct pollfd *files)
{
  _Static_assert(MF_CHILD_DESCRIPTORS <= MF_TASK_DESCRIPTORS, "a task must have room for a child's descriptors");
  return mf_child_descriptors(((const struct mf_login *)task)->child, files);
}

/* {=== life ===} */

struct mf_login *mf_login_new(struct mf_network *network, const char *registry, const char *repository,
                              struct mf_problem *problem)
{
  struct mf_login *login = calloc(1, sizeof(*login));

  mf_problem_set(problem, MF_PROBLEM_MEMORY, "out of memory");
  if (!login)
    return NULL;
  login->network = network;
  login->task = (struct mf_task){.advance = advance, .descriptors = descriptors, .due = INFINITY};
  login->registry = strdup(registry);
  login->repository = repository ? strdup(repository) : NULL;
  if (!login->registry || (repository && !login->repository)) {
    mf_login_free(login);
    return NULL;
  }
  if (!mf_lookup_init(&login->lookup, registry, repository, &network->environment)) {
    *problem = login->lookup.problem;
    mf_login_free(login);
    return NULL;
  }
  if (network->settings.ask)
    login->state = MF_LOGIN_ASKED;
  else
    look_further(login);
  return login;
}

void mf_login_free(struct mf_login *login)
{
  stop_child(login);
  mf_lookup_free(&login->lookup);
  mf_credentials_free(&login->credentials);
  free(login->registry);
  free(login->repository);
  free(login);
}

bool mf_login_is_for(const struct mf_login *login, const char *registry, const char *repository)
{
  const char *own = login->repository ? login->repository : "";

  return strcmp(login->registry, registry) == 0 && strcmp(own, repository ? repository : "") == 0;
}

enum mf_login_state mf_login_state(const struct mf_login *login)
{
  return login->state;
}

bool mf_login_likely(const struct mf_login *login)
{
  return login->state != MF_LOGIN_NONE;
}

void mf_login_resolve(struct mf_login *login)
{
  if (login->state == MF_LOGIN_ASKED) {
    login->wanted = true;
    mf_engine_call(login->network->engine);
  }
  if (login->state == MF_LOGIN_HELPER && !login->child)
    start_helper(login);
}

bool mf_login_take_question(struct mf_login *login)
{
  bool wanted = login->wanted && login->state == MF_LOGIN_ASKED;

  login->wanted = false;
  return wanted;
}

void mf_login_answer(struct mf_login *login, const struct mf_credentials *credentials)
{
  if (login->state != MF_LOGIN_ASKED)
    return;
  if (!credentials) {
    look_further(login);
    return;
  }
  if (mf_credentials_copy(&login->credentials, credentials)) {
    end(login, MF_LOGIN_FOUND);
    return;
  }
  mf_problem_set(&login->problem, MF_PROBLEM_MEMORY, "out of memory");
  end(login, MF_LOGIN_FAILED);
}

void mf_login_refuse(struct mf_login *login, const char *why)
{
  if (login->state != MF_LOGIN_ASKED)
    return;
  mf_problem_set(&login->problem, MF_PROBLEM_CREDENTIALS, "the option 'credentials' gave none for %s: %.800s",
                 login->registry, why);
  end(login, MF_LOGIN_FAILED);
}

const struct mf_credentials *mf_login_credentials(const struct mf_login *login)
{
  return &login->credentials;
}

const struct mf_problem *mf_login_problem(const struct mf_login *login)
{
  return &login->problem;
}

const struct mf_texts *mf_login_places(const struct mf_login *login)
{
  return &login->lookup.places;
}

const char *mf_login_registry(const struct mf_login *login)
{
  return login->registry;
}

const char *mf_login_repository(const struct mf_login *login)
{
  return login->repository;
}
