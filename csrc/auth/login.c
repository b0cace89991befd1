#include "login.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../credential/lookup.h"

#define CALLER "the option 'credentials'"

struct mf_login {
  struct mf_network *network;
  struct mf_helper_runs *helpers;
  char *registry;
  char *repository;
  enum mf_login_state state;
  bool wanted; /* ASKED: a request waits for it */
  struct mf_lookup lookup;
  size_t server; /* index into lookup.servers of the one being asked */
  struct mf_credentials credentials;
  struct mf_problem problem;
};

static void note_source(const struct mf_login *login, const char *source)
{
  struct mf_event event = {
      .kind = MF_EVENT_LOGIN, .target = source, .registry = login->registry, .repository = login->repository};
  char places[1024] = "";
  size_t used = 0;

  for (size_t i = 0; !source && i < login->lookup.places.count && used < sizeof(places); i++)
    used +=
        (size_t)snprintf(places + used, sizeof(places) - used, "%s%s", i ? ", " : "", login->lookup.places.items[i]);
  if (!source)
    event.reason = places;
  mf_journal_note(&login->network->journal, &event);
}

/* SOURCE: where they were found; NULL: nowhere. */
static void end(struct mf_login *login, enum mf_login_state state, const char *source)
{
  login->state = state;
  note_source(login, source);
  for (size_t i = 0; i < login->lookup.warnings.count; i++)
    mf_network_warn(login->network, login->lookup.warnings.items[i]);
}

/* Takes the lookup's next step: at once found or none, or a helper to be asked later. */
static void look_further(struct mf_login *login)
{
  switch (mf_lookup_next(&login->lookup)) {
  case MF_LOOKUP_FOUND:
    login->credentials = login->lookup.credentials;
    login->lookup.credentials = (struct mf_credentials){0};
    end(login, MF_LOGIN_FOUND, mf_lookup_source(&login->lookup));
    break;
  case MF_LOOKUP_NONE:
    end(login, MF_LOGIN_NONE, NULL);
    break;
  case MF_LOOKUP_HELPER:
    login->server = 0;
    login->state = MF_LOGIN_HELPER;
    break;
  }
}

/* Asks the helpers that the lookup names, until one of them runs or it is known how it ends. */
static void ask_helpers(struct mf_login *login)
{
  enum mf_helper_result result;
  char program[MF_HELPER_PROGRAM];

  while (login->state == MF_LOGIN_HELPER) {
    const char *server = login->lookup.servers[login->server];

    if (!mf_helper_runs_ask(login->helpers, login->lookup.helper, server, &result, &login->credentials,
                            &login->problem))
      return;
    mf_helper_program(login->lookup.helper, program);
    if (result == MF_HELPER_NOT_FOUND && login->lookup.servers[login->server + 1]) {
      login->server++;
      continue;
    }
    mf_lookup_asked(&login->lookup, result == MF_HELPER_FAILED ? &login->problem : NULL);
    if (result == MF_HELPER_FOUND)
      end(login, MF_LOGIN_FOUND, program);
    else if (login->problem.code == MF_PROBLEM_MEMORY && result == MF_HELPER_FAILED)
      end(login, MF_LOGIN_FAILED, NULL);
    else
      look_further(login);
  }
}

/* ---- life ---- */

struct mf_login *mf_login_new(struct mf_network *network, struct mf_helper_runs *helpers, const char *registry,
                              const char *repository, struct mf_problem *problem)
{
  struct mf_login *login = calloc(1, sizeof(*login));

  mf_problem_set(problem, MF_PROBLEM_MEMORY, "out of memory");
  if (!login)
    return NULL;
  login->network = network;
  login->helpers = helpers;
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

void mf_login_resolve(struct mf_login *login)
{
  if (login->state == MF_LOGIN_ASKED) {
    login->wanted = true;
    mf_engine_call(login->network->engine);
  }
  ask_helpers(login);
}

bool mf_login_wanted(const struct mf_login *login)
{
  return login->wanted && login->state == MF_LOGIN_ASKED;
}

void mf_login_take_question(struct mf_login *login)
{
  login->wanted = false;
}

void mf_login_answer(struct mf_login *login, const struct mf_credentials *credentials)
{
  if (login->state != MF_LOGIN_ASKED)
    return;
  if (!credentials) {
    mf_texts_add(&login->lookup.places, CALLER);
    look_further(login);
    return;
  }
  if (mf_credentials_copy(&login->credentials, credentials)) {
    end(login, MF_LOGIN_FOUND, CALLER);
    return;
  }
  mf_problem_set(&login->problem, MF_PROBLEM_MEMORY, "out of memory");
  end(login, MF_LOGIN_FAILED, NULL);
}

void mf_login_refuse(struct mf_login *login, const char *why)
{
  if (login->state != MF_LOGIN_ASKED)
    return;
  mf_problem_set(&login->problem, MF_PROBLEM_CREDENTIALS, "the option 'credentials' gave none for %s: %.800s",
                 login->registry, why);
  end(login, MF_LOGIN_FAILED, NULL);
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
