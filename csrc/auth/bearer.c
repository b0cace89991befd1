#include "bearer.h"

#include <assert.h>
#include <stdlib.h>

#include "realm.h"

#define FETCHES 64 /* at once */

struct mf_bearer {
  struct mf_network *network;
  struct mf_token_cache cache;
  struct mf_token_fetch *fetches[FETCHES]; /* each held; finished ones make room */
};

struct mf_bearer *mf_bearer_new(struct mf_network *network)
{
  struct mf_bearer *bearer = calloc(1, sizeof(*bearer));

  if (bearer)
    bearer->network = network;
  return bearer;
}

void mf_bearer_free(struct mf_bearer *bearer)
{
  for (size_t i = 0; i < FETCHES; i++)
    if (bearer->fetches[i])
      mf_token_fetch_release(bearer->fetches[i]);
  mf_token_cache_free(&bearer->cache);
  free(bearer);
}

void mf_bearer_refused(struct mf_bearer *bearer, const char *token)
{
  mf_token_cache_drop(&bearer->cache, token);
}

/* Takes the fetch that the ticket waits for out of the ticket and, if it is still there, out of the list. */
static void put_away(struct mf_bearer *bearer, struct mf_ticket *ticket)
{
  struct mf_token_fetch *fetch = ticket->fetch;

  ticket->fetch = NULL;
  for (size_t i = 0; i < FETCHES; i++)
    if (bearer->fetches[i] == fetch) {
      bearer->fetches[i] = NULL;
      mf_token_fetch_release(fetch);
    }
  mf_token_fetch_release(fetch);
}

/* May the realm be asked, and with these credentials? */
static bool judge(const struct mf_bearer *bearer, const struct mf_endpoint *endpoint, const char *realm,
                  const struct mf_credentials *credentials, struct mf_problem *problem)
{
  const struct mf_settings *settings = &bearer->network->settings;
  const struct mf_realm_rules rules = {&settings->auth_hosts, settings->same_domain, endpoint->peer,
                                       &bearer->network->secrets};

  switch (mf_realm_judge(&endpoint->origin, realm, &rules, problem)) {
  case MF_REALM_TRUSTED:
    return true;
  case MF_REALM_ANONYMOUS:
    return !mf_credentials_any(credentials);
  default:
    return false;
  }
}

static struct mf_token_fetch *shared_fetch(struct mf_bearer *bearer, const struct mf_token_key *key,
                                           const struct mf_scopes *scopes)
{
  for (size_t i = 0; i < FETCHES; i++) {
    struct mf_token_fetch *fetch = bearer->fetches[i];
    if (fetch && !mf_token_fetch_done(fetch) && mf_token_fetch_serves(fetch, key, scopes))
      return mf_token_fetch_hold(fetch);
  }
  return NULL;
}

/* Where a new fetch can be kept; FETCHES when all are under way. */
static size_t free_slot(const struct mf_bearer *bearer)
{
  size_t slot = 0;

  while (slot < FETCHES && bearer->fetches[slot] && !mf_token_fetch_done(bearer->fetches[slot]))
    slot++;
  return slot;
}

static struct mf_token_fetch *new_fetch(struct mf_bearer *bearer, const struct mf_ticket *ticket,
                                        const struct mf_token_key *key, const struct mf_credentials *credentials,
                                        struct mf_problem *problem)
{
  struct mf_token_fetch *fetch;
  size_t slot = free_slot(bearer);

  assert(slot < FETCHES);
  fetch = mf_token_fetch_new(bearer->network, ticket->endpoint, key, mf_ticket_scopes(ticket), credentials, problem);
  if (!fetch)
    return NULL;
  if (bearer->fetches[slot])
    mf_token_fetch_release(bearer->fetches[slot]);
  bearer->fetches[slot] = fetch;
  return mf_token_fetch_hold(fetch);
}

static bool add_bearer(struct mf_bytes *value, const char *token)
{
  return mf_bytes_add_text(value, "Bearer ") && mf_bytes_add_text(value, token);
}

/* The fetch that the ticket waited for is done: takes its token, or lets the ticket ask for less. Some token servers
   refuse the whole when one of several repositories may not be used. */
static enum mf_readiness take_token(struct mf_bearer *bearer, struct mf_ticket *ticket, const struct mf_token_key *key,
                                    struct mf_bytes *value, struct mf_problem *problem)
{
  const struct mf_token *token = mf_token_fetch_result(ticket->fetch, problem);
  bool refused = !token && (problem->status == 401 || problem->status == 403);
  bool ok = token &&
            mf_token_cache_add(&bearer->cache, key, mf_token_fetch_scopes(ticket->fetch), token->token,
                               mf_token_use_for(token)) &&
            add_bearer(value, token->token);

  put_away(bearer, ticket);
  return ok || (refused && mf_ticket_narrow(ticket)) ? MF_READY : MF_FAILED;
}

enum mf_readiness mf_bearer_value(struct mf_bearer *bearer, struct mf_ticket *ticket,
                                  const struct mf_challenge *challenge, const struct mf_credentials *credentials,
                                  struct mf_bytes *value, struct mf_problem *problem)
{
  struct mf_token_key key = {.realm = challenge->realm, .service = challenge->service};
  const char *cached;

  if (credentials->registry_token)
    return add_bearer(value, credentials->registry_token) ? MF_READY : MF_FAILED;
  mf_credentials_identity(credentials, key.identity);
  if (ticket->fetch && !mf_token_fetch_done(ticket->fetch))
    return MF_WAITING;
  if (ticket->fetch) {
    enum mf_readiness taken = take_token(bearer, ticket, &key, value, problem);
    if (taken == MF_FAILED || value->length > 0 || mf_ticket_scopes(ticket)->count == 0)
      return taken; /* without scopes: sent bare, so that the registry says what it demands */
  }
  cached = mf_token_cache_find(&bearer->cache, &key, mf_ticket_scopes(ticket));
  if (cached)
    return add_bearer(value, cached) ? MF_READY : MF_FAILED;
  if (!judge(bearer, ticket->endpoint, challenge->realm, credentials, problem))
    return MF_FAILED;
  ticket->fetch = shared_fetch(bearer, &key, mf_ticket_scopes(ticket));
  if (!ticket->fetch && free_slot(bearer) == FETCHES)
    return MF_WAITING; /* until one of them is done */
  if (!ticket->fetch)
    ticket->fetch = new_fetch(bearer, ticket, &key, credentials, problem);
  return ticket->fetch ? MF_WAITING : MF_FAILED;
}
