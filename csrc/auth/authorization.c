#include "authorization.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/secret.h"
#include "bearer.h"
#include "login.h"

#define REFUSALS 2 /* 401 answers to one request that may be followed by another attempt */
/* The words that scripts look for in docker's output. */
#define DENIED "requested access to the resource is denied"
#define REFUSED "unauthorized: authentication required"
#define NONE_FOUND REFUSED "; credentials are needed and none were found"
#define LOGINS 1024 /* kept: of more, the oldest is looked up anew when it is needed again */

struct mf_authorization {
  struct mf_network *network;
  struct mf_bearer *bearer;
  struct mf_helper_runs *helpers;
  struct mf_login *logins[LOGINS];
  uint32_t keys[LOGINS]; /* key_of each: a script of hundreds of repositories compares numbers, not names */
  size_t login_count;
};

struct mf_authorization *mf_authorization_new(struct mf_network *network)
{
  struct mf_authorization *authorization = calloc(1, sizeof(*authorization));

  if (!authorization)
    return NULL;
  authorization->network = network;
  authorization->bearer = mf_bearer_new(network);
  authorization->helpers = mf_helper_runs_new(network->engine);
  if (authorization->bearer && authorization->helpers)
    return authorization;
  mf_authorization_free(authorization);
  return NULL;
}

void mf_authorization_free(struct mf_authorization *authorization)
{
  if (authorization->bearer)
    mf_bearer_free(authorization->bearer);
  mf_helper_runs_free(authorization->helpers);
  for (size_t i = 0; i < authorization->login_count; i++)
    mf_login_free(authorization->logins[i]);
  free(authorization);
}

/* ---- logins ---- */

/* Makes room for one more login. False: the caller is being asked for each of them. */
static bool forget_one(struct mf_authorization *authorization)
{
  size_t at = 0;

  while (at < authorization->login_count && mf_login_wanted(authorization->logins[at]))
    at++;
  if (at == authorization->login_count)
    return false;
  mf_login_free(authorization->logins[at]);
  for (authorization->login_count--; at < authorization->login_count; at++) {
    authorization->logins[at] = authorization->logins[at + 1];
    authorization->keys[at] = authorization->keys[at + 1];
  }
  return true;
}

void mf_authorization_forget_logins(struct mf_authorization *authorization)
{
  while (forget_one(authorization))
    ;
  mf_helper_runs_forget(authorization->helpers);
}

static uint32_t key_of(const char *registry, const char *repository)
{
  uint32_t key = 2166136261U; /* FNV-1a */

  for (; *registry; registry++)
    key = (key ^ (unsigned char)*registry) * 16777619U;
  for (; repository && *repository; repository++)
    key = (key ^ (unsigned char)*repository) * 16777619U;
  return key;
}

static struct mf_login *login_for(struct mf_authorization *authorization, const struct mf_ticket *ticket,
                                  struct mf_problem *problem)
{
  struct mf_login *login;
  uint32_t key = key_of(ticket->registry, ticket->repository);

  for (size_t i = 0; i < authorization->login_count; i++)
    if (authorization->keys[i] == key &&
        mf_login_is_for(authorization->logins[i], ticket->registry, ticket->repository))
      return authorization->logins[i];
  if (authorization->login_count == LOGINS && !forget_one(authorization)) {
    mf_problem_set(problem, MF_PROBLEM_TOO_LARGE, "more than %d repositories wait for their credentials", LOGINS);
    return NULL;
  }
  login = mf_login_new(authorization->network, authorization->helpers, ticket->registry, ticket->repository, problem);
  if (!login)
    return NULL;
  authorization->keys[authorization->login_count] = key;
  authorization->logins[authorization->login_count++] = login;
  return login;
}

struct mf_login *mf_authorization_asked(const struct mf_authorization *authorization, const struct mf_login *after)
{
  size_t i = 0;

  while (after && i < authorization->login_count && authorization->logins[i++] != after)
    ;
  for (; i < authorization->login_count; i++)
    if (mf_login_state(authorization->logins[i]) == MF_LOGIN_ASKED)
      return authorization->logins[i];
  return NULL;
}

static enum mf_readiness resolve(struct mf_login *login, struct mf_problem *problem)
{
  mf_login_resolve(login);
  switch (mf_login_state(login)) {
  case MF_LOGIN_ASKED:
  case MF_LOGIN_HELPER:
    return MF_WAITING;
  case MF_LOGIN_FAILED:
    *problem = *mf_login_problem(login);
    return MF_FAILED;
  default:
    return MF_READY;
  }
}

/* ---- the header ---- */

/* What goes to the registry or to its token server is looked for in all that servers say from now on. */
static bool note_sent(struct mf_network *network, const struct mf_credentials *credentials, const char *value)
{
  const char *behind = value ? strchr(value, ' ') : NULL;

  return mf_secrets_add(&network->secrets, credentials->password) &&
         mf_secrets_add(&network->secrets, credentials->identity_token) &&
         mf_secrets_add(&network->secrets, credentials->registry_token) &&
         mf_secrets_add(&network->secrets, behind ? behind + 1 : NULL);
}

/* What to do about a refusal, and where credentials were looked for. */
static void name_places(const struct mf_login *login, struct mf_problem *problem)
{
  const struct mf_texts *places = mf_login_places(login);
  bool known = mf_credentials_any(mf_login_credentials(login));

  problem->hint = 0;
  if (places->count == 0)
    mf_problem_advise(problem, known ? "check the user name and the password" : "log in first");
  else
    mf_problem_advise(problem, known ? "log in again; looked in:" : "log in first; looked in:");
  for (size_t i = 0; i < places->count; i++)
    mf_problem_advise(problem, "%s %s", i ? "," : "", places->items[i]);
}

/* The token server's refusal, which knows nothing of where credentials come from. */
static void explain_token_server(const struct mf_ticket *ticket, const struct mf_login *login,
                                 struct mf_problem *problem)
{
  struct mf_problem refusal = *problem;
  char host[MF_ORIGIN_TEXT];

  if (refusal.status != 401 && refusal.status != 403)
    return;
  if (!mf_credentials_any(mf_login_credentials(login))) {
    mf_origin_print(&ticket->endpoint->named, host);
    mf_problem_set(problem, MF_PROBLEM_UNAUTHORIZED, "%s: " NONE_FOUND " (%.600s)", host, refusal.text);
    problem->status = refusal.status;
  }
  if (problem->code == MF_PROBLEM_UNAUTHORIZED)
    name_places(login, problem);
}

static enum mf_readiness answer_challenge(struct mf_authorization *authorization, struct mf_ticket *ticket,
                                          const struct mf_login *login, struct mf_bytes *value,
                                          struct mf_problem *problem)
{
  const struct mf_credentials *credentials = mf_login_credentials(login);
  const struct mf_challenge *challenge =
      mf_challenges_choose(&ticket->endpoint->challenges, mf_credentials_have_password(credentials));

  if (!challenge)
    return MF_READY; /* the registry will say 401, and answered() what was offered */
  if (challenge->scheme == MF_CHALLENGE_BEARER)
    return mf_bearer_value(authorization->bearer, ticket, challenge, credentials, value, problem);
  return mf_credentials_basic(credentials, value, problem) ? MF_READY : MF_FAILED;
}

enum mf_readiness mf_authorization_value(struct mf_authorization *authorization, struct mf_ticket *ticket,
                                         struct mf_bytes *value, struct mf_problem *problem)
{
  struct mf_login *login;
  enum mf_readiness readiness;

  if (!ticket->registry)
    return MF_READY;
  login = login_for(authorization, ticket, problem);
  if (!login)
    return MF_FAILED;
  if (ticket->endpoint->challenges.count == 0) {
    /* Nothing is known to be wanted. With credentials at hand the first request asks alone, so that the others are sent
       right at once; without any, all go: most registries that want none would only be slowed down. */
    if (mf_login_state(login) == MF_LOGIN_NONE || mf_question_ask(&ticket->endpoint->access, ticket))
      return MF_READY;
    return MF_WAITING;
  }
  readiness = resolve(login, problem);
  if (readiness != MF_READY)
    return readiness;
  mf_problem_set(problem, MF_PROBLEM_MEMORY, "out of memory");
  if (!note_sent(authorization->network, mf_login_credentials(login), NULL))
    return MF_FAILED;
  readiness = answer_challenge(authorization, ticket, login, value, problem);
  if (readiness == MF_FAILED)
    explain_token_server(ticket, login, problem);
  if (readiness == MF_READY && !note_sent(authorization->network, mf_login_credentials(login), value->data)) {
    mf_problem_set(problem, MF_PROBLEM_MEMORY, "out of memory");
    return MF_FAILED;
  }
  if (readiness == MF_READY) {
    mf_ticket_forget(ticket);
    ticket->sent = strdup(value->data ? value->data : "");
  }
  return readiness;
}

bool mf_authorization_withheld(struct mf_authorization *authorization, const struct mf_ticket *ticket)
{
  struct mf_problem ignored;
  const struct mf_login *login;

  if (!ticket->registry || ticket->endpoint->challenges.count > 0)
    return false;
  login = login_for(authorization, ticket, &ignored);
  return login && mf_login_state(login) != MF_LOGIN_NONE;
}

/* ---- the answer ---- */

/* A challenge of a kind that nobody knows is named in the error: not where a server made the name of a secret. */
static bool hide_names(const struct mf_secrets *secrets, const char *line, struct mf_challenge *challenges,
                       size_t count)
{
  char *copy = strdup(line);

  if (!copy)
    return false;
  mf_secrets_blot(secrets, copy, strlen(copy));
  for (size_t i = 0; i < count && strcmp(copy, line) != 0; i++)
    if (challenges[i].scheme == MF_CHALLENGE_OTHER)
      snprintf(challenges[i].name, sizeof(challenges[i].name), "***");
  mf_secret_free(copy);
  return true;
}

static bool read_challenges(const struct mf_secrets *secrets, struct mf_endpoint *endpoint, const char *url,
                            const struct mf_headers *headers)
{
  struct mf_challenges fresh = {0};
  const char *line;
  size_t before;
  bool ok = true;

  for (size_t i = 0; ok; i++) {
    line = mf_headers_get(headers, "WWW-Authenticate", i);
    if (!line)
      break;
    before = fresh.count;
    ok = mf_challenges_add(&fresh, line, strlen(line), url) &&
         hide_names(secrets, line, fresh.items + before, fresh.count - before);
  }
  /* Without any, what the registry said before still stands: some name their token server only on some paths. */
  if (!ok || fresh.count == 0) {
    mf_challenges_free(&fresh);
    return ok;
  }
  mf_challenges_free(&endpoint->challenges);
  endpoint->challenges = fresh;
  return true;
}

/* How it wants to be answered, for who listens. */
static void note_challenge(struct mf_network *network, const struct mf_ticket *ticket)
{
  const struct mf_challenges *challenges = &ticket->endpoint->challenges;
  const struct mf_challenge *first = mf_challenges_choose(challenges, true);
  char offered[256];
  struct mf_event event = {.kind = MF_EVENT_CHALLENGE,
                           .target = offered,
                           .url = first && first->scheme == MF_CHALLENGE_BEARER ? first->realm : NULL,
                           .registry = ticket->registry,
                           .repository = ticket->repository};

  mf_challenges_print(challenges, offered, sizeof(offered));
  mf_journal_note(&network->journal, &event);
}

/* A 401 that says nothing on how to authenticate: over https a password is offered as Basic. One whose words are of no
   use, such as a realm that is no plain URL, gets nothing. */
static bool suppose_basic(struct mf_endpoint *endpoint, const char *url, const struct mf_headers *headers)
{
  static const char basic[] = "Basic";

  if (endpoint->challenges.count > 0 || mf_headers_get(headers, "WWW-Authenticate", 0))
    return true;
  return strcmp(endpoint->origin.scheme, "https") != 0 ||
         mf_challenges_add(&endpoint->challenges, basic, sizeof(basic) - 1, url);
}

/* What a refused request was offered, for people. */
static void print_offer(const struct mf_challenges *challenges, char *text, size_t size)
{
  char offered[256];

  if (challenges->count == 0 && challenges->dropped == 0) {
    snprintf(text, size, "its 401 does not say how to log in");
    return;
  }
  mf_challenges_print(challenges, offered, sizeof(offered));
  snprintf(text, size, "it offers: %s", offered);
}

/* Nothing that it offers is known here, so no credentials would help. Who has none is told so when it offers nothing at
   all. */
static bool explain_unknown(const struct mf_endpoint *endpoint, bool known, const char *host, const char *offer,
                            struct mf_problem *problem)
{
  if ((endpoint->challenges.count == 0 && !known) || mf_challenges_choose(&endpoint->challenges, true))
    return false;
  mf_problem_set(problem, MF_PROBLEM_UNAUTHORIZED,
                 "%s: " REFUSED "; it offers no way to authenticate that is known here (%s)", host, offer);
  problem->status = 401;
  mf_problem_advise(problem, "Basic and Bearer are known");
  return true;
}

/* The credentials were good for a token, and the registry says that it does not reach: the account lacks a right. */
static bool lacks_right(const struct mf_ticket *ticket, const struct mf_credentials *credentials)
{
  const struct mf_challenges *challenges = &ticket->endpoint->challenges;

  if (!mf_credentials_any(credentials) || !ticket->sent || strncmp(ticket->sent, "Bearer ", 7) != 0)
    return false;
  for (size_t i = 0; i < challenges->count; i++)
    if (challenges->items[i].error && strcmp(challenges->items[i].error, "insufficient_scope") == 0)
      return true;
  return false;
}

static void explain(const struct mf_ticket *ticket, const struct mf_login *login, struct mf_problem *problem)
{
  bool known = mf_credentials_any(mf_login_credentials(login));
  char host[MF_ORIGIN_TEXT];
  char offer[280];

  mf_origin_print(&ticket->endpoint->named, host);
  if (lacks_right(ticket, mf_login_credentials(login))) {
    mf_problem_set(problem, MF_PROBLEM_DENIED, "%s: " DENIED ": the account may not do this in %s (insufficient_scope)",
                   host, ticket->repository ? ticket->repository : "the registry");
    problem->status = 401;
    return;
  }
  print_offer(&ticket->endpoint->challenges, offer, sizeof(offer));
  if (explain_unknown(ticket->endpoint, known, host, offer, problem))
    return;
  mf_problem_set(problem, MF_PROBLEM_UNAUTHORIZED, "%s: %s (%s)", host,
                 known ? REFUSED "; the credentials were not accepted" : NONE_FOUND, offer);
  problem->status = 401;
  name_places(login, problem);
}

/* Could another request with what we hold fare better than the one that was just refused? */
static bool worth_another(const struct mf_ticket *ticket, const struct mf_challenge *challenge,
                          const struct mf_credentials *credentials)
{
  if (!challenge || ticket->refusals > REFUSALS)
    return false;
  if (challenge->scheme == MF_CHALLENGE_BASIC)
    return !ticket->sent || strncmp(ticket->sent, "Basic ", 6) != 0;
  return !credentials->registry_token || !ticket->sent || !ticket->sent[0];
}

enum mf_readiness mf_authorization_answered(struct mf_authorization *authorization, struct mf_ticket *ticket,
                                            long status, const char *url, const struct mf_headers *headers,
                                            struct mf_problem *problem)
{
  const struct mf_challenge *challenge;
  struct mf_login *login;

  if (!ticket->registry)
    return MF_READY;
  if (status != 401) {
    mf_question_answer(&ticket->endpoint->access, ticket);
    return MF_READY;
  }
  ticket->refusals++;
  mf_problem_set(problem, MF_PROBLEM_MEMORY, "out of memory");
  if (!read_challenges(&authorization->network->secrets, ticket->endpoint, url, headers) ||
      !suppose_basic(ticket->endpoint, url, headers))
    return MF_FAILED;
  note_challenge(authorization->network, ticket);
  mf_question_answer(&ticket->endpoint->access, ticket);
  login = login_for(authorization, ticket, problem);
  if (!login)
    return MF_FAILED;
  if (mf_login_state(login) == MF_LOGIN_FAILED) {
    *problem = *mf_login_problem(login); /* it says more than the 401 */
    return MF_FAILED;
  }
  if (ticket->sent && strncmp(ticket->sent, "Bearer ", 7) == 0)
    mf_bearer_refused(authorization->bearer, ticket->sent + 7);
  /* Whether a helper has a password is not known before it was asked: suppose it has. */
  challenge =
      mf_challenges_choose(&ticket->endpoint->challenges,
                           mf_login_state(login) == MF_LOGIN_HELPER || mf_login_state(login) == MF_LOGIN_ASKED ||
                               mf_credentials_have_password(mf_login_credentials(login)));
  if (!worth_another(ticket, challenge, mf_login_credentials(login))) {
    explain(ticket, login, problem);
    return MF_FAILED;
  }
  return mf_ticket_demand(ticket, &challenge->scopes) ? MF_READY : MF_FAILED;
}
