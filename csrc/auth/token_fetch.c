#include "token_fetch.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../answer/redirect.h"
#include "../answer/retry.h"
#include "../base/ascii.h"
#include "../base/bytes.h"
#include "../base/clock.h"
#include "../curl/transfer.h"
#include "../stream/source.h"
#include "realm.h"
#include "token_claims.h"
#include "token_request.h"

#define TRIES 3
#define REFUSALS 10 /* answers 429, which do not count among the tries */
#define REDIRECTS 3
#define SECONDS 30.0

struct mf_token_fetch {
  struct mf_task task;
  int references;
  struct mf_network *network;
  const struct mf_endpoint *registry;
  struct mf_endpoint *server; /* of the realm */
  struct mf_token_key key;
  struct mf_scopes scopes;
  struct mf_credentials credentials;
  enum mf_token_flow flow;
  struct mf_token_request request;
  struct mf_source *source;
  struct mf_transfer *transfer;
  struct mf_bytes body;
  double deadline;
  double sent;
  char *granted;   /* what the token says that it is good for; NULL: not known, or nobody listens */
  uint64_t number; /* of the request, in the network's journal */
  int tries;
  int refusals; /* 429 */
  int redirects;
  struct mf_token token;
  struct mf_problem problem;
};

/* ---- on the wire ---- */

static enum mf_flow take_body(void *context, const char *data, size_t length)
{
  struct mf_token_fetch *fetch = context;

  if (mf_bytes_add(&fetch->body, data, length))
    return MF_FLOW_OK;
  mf_problem_set(&fetch->transfer->problem, MF_PROBLEM_TOO_LARGE, "the token server's answer is larger than %d bytes",
                 MF_TOKEN_BODY);
  mf_problem_advise(&fetch->transfer->problem, "look at what answers there");
  return MF_FLOW_FAIL;
}

static bool admit(void *context, enum mf_address_class address)
{
  const struct mf_token_fetch *fetch = context;
  const struct mf_realm_rules rules = {.auth_hosts = &fetch->network->settings.auth_hosts};
  /* Learned schemes count: a loopback registry that speaks plain HTTP names itself as http. */
  bool own = mf_origin_equal(&fetch->server->origin, &fetch->registry->origin) ||
             mf_realm_is_named(&fetch->registry->origin, fetch->key.realm, &rules);

  return mf_address_class_allowed(address, fetch->registry->peer, own);
}

static struct mf_event event_of(const struct mf_token_fetch *fetch, enum mf_event_kind kind)
{
  return (struct mf_event){.kind = kind,
                           .request = fetch->number,
                           .attempt = fetch->tries,
                           .purpose = "token",
                           .method = fetch->request.form ? "POST" : "GET",
                           .url = fetch->request.url};
}

static void note_retry(struct mf_token_fetch *fetch, double seconds, const char *reason)
{
  struct mf_event event = event_of(fetch, MF_EVENT_RETRY);

  event.seconds = seconds;
  event.reason = reason;
  event.status = fetch->transfer ? mf_transfer_status(fetch->transfer) : 0;
  mf_journal_note(&fetch->network->journal, &event);
}

static void drop(struct mf_token_fetch *fetch)
{
  struct mf_event event = event_of(fetch, MF_EVENT_RESPONSE);

  event.granted = fetch->granted;
  if (fetch->transfer) {
    mf_journal_note_end(&fetch->network->journal, &event, fetch->transfer, fetch->sent);
    mf_engine_withdraw(fetch->network->engine, fetch->transfer);
    mf_transfer_free(fetch->transfer);
    fetch->transfer = NULL;
  }
  if (fetch->source)
    fetch->source->free(fetch->source);
  fetch->source = NULL;
}

static bool add_headers(struct mf_token_fetch *fetch, struct mf_headers *headers)
{
  struct mf_bytes value;
  bool ok;

  if (!mf_headers_add(headers, "Accept", "application/json"))
    return false;
  if (fetch->request.form)
    return mf_headers_add(headers, "Content-Type", "application/x-www-form-urlencoded");
  if (!fetch->request.basic)
    return true;
  mf_bytes_init(&value, 64 * 1024);
  value.secret = true;
  ok = mf_credentials_basic(&fetch->credentials, &value, &fetch->problem) &&
       mf_headers_add(headers, "Authorization", value.data);
  mf_bytes_free(&value);
  return ok;
}

/* Puts the prepared request on the wire. False: problem set. */
static bool send_request(struct mf_token_fetch *fetch)
{
  const struct mf_transfer_owner owner = {fetch, take_body, admit};
  const char *form = fetch->request.form;
  struct mf_connection connection;
  struct mf_headers headers = {0};
  struct mf_event event;

  mf_bytes_clear(&fetch->body);
  fetch->tries++;
  fetch->sent = mf_clock_now();
  mf_pace_begin(&fetch->server->pace, true, fetch->sent);
  mf_problem_set(&fetch->problem, MF_PROBLEM_MEMORY, "out of memory");
  fetch->source = form ? mf_source_memory(form, strlen(form)) : NULL;
  mf_network_connection(fetch->network, fetch->server, &connection);
  if ((!form || fetch->source) && add_headers(fetch, &headers))
    fetch->transfer = mf_transfer_new(form ? "POST" : "GET", fetch->request.url, &headers, fetch->source, &connection,
                                      &owner, &fetch->problem);
  mf_headers_wipe(&headers);
  event = event_of(fetch, MF_EVENT_REQUEST);
  if (fetch->transfer)
    mf_journal_note(&fetch->network->journal, &event);
  return fetch->transfer && mf_engine_submit(fetch->network->engine, fetch->transfer, &fetch->problem);
}

/* ---- what comes next ---- */

/* The token is there, or the problem is set. */
static void end(struct mf_token_fetch *fetch)
{
  drop(fetch);
  mf_engine_remove(&fetch->task);
  fetch->task.done = true;
}

/* Now, or when the server may be asked again. */
static bool send_when_free(struct mf_token_fetch *fetch)
{
  const struct mf_pace *pace = &fetch->server->pace;

  if (mf_pace_is_open(pace, mf_clock_now()))
    return send_request(fetch);
  fetch->task.due = pace->until;
  if (fetch->deadline < pace->until + SECONDS)
    fetch->deadline = pace->until + SECONDS;
  return true;
}

static bool begin_flow(struct mf_token_fetch *fetch)
{
  mf_token_request_free(&fetch->request);
  return mf_token_request_build(&fetch->request, fetch->flow, fetch->key.realm, fetch->key.service, &fetch->scopes,
                                fetch->network->settings.offline, &fetch->credentials, &fetch->problem) &&
         send_when_free(fetch);
}

static void server_name(const struct mf_token_fetch *fetch, char host[MF_ORIGIN_TEXT])
{
  mf_network_host(fetch->network, fetch->server, host);
}

/* Seconds that the answer asks us to wait, or -1. */
static double asked_wait(struct mf_token_fetch *fetch)
{
  return fetch->transfer ? mf_retry_asked(&fetch->transfer->headers, time(NULL)) : -1;
}

/* Too many requests: nobody asks the server for a while. */
static bool wait_for_server(struct mf_token_fetch *fetch)
{
  double asked = asked_wait(fetch);

  if (asked > MF_RETRY_WAIT_LIMIT || ++fetch->refusals >= REFUSALS)
    return false;
  mf_pace_refuse(&fetch->server->pace, fetch->sent, asked, fetch->network->settings.backoff, mf_clock_now());
  note_retry(fetch, fetch->server->pace.until - mf_clock_now(), "too many requests");
  drop(fetch);
  fetch->tries--;
  return send_when_free(fetch);
}

static bool wait_and_retry(struct mf_token_fetch *fetch)
{
  double wait = asked_wait(fetch);

  if (wait < 0)
    wait = mf_retry_backoff(fetch->tries, fetch->network->settings.backoff);
  if (fetch->tries >= TRIES || mf_clock_now() + wait > fetch->deadline)
    return false;
  note_retry(fetch, wait, fetch->transfer->result == CURLE_OK ? "an answer that may pass" : fetch->problem.text);
  drop(fetch);
  fetch->task.due = mf_clock_now() + wait;
  return true;
}

static void refused(struct mf_token_fetch *fetch, long status)
{
  char host[MF_ORIGIN_TEXT];
  enum mf_problem_code code = MF_PROBLEM_UNAUTHORIZED;
  const char *hint = "check the credentials, or log in again";
  const char *word = status == 401 ? "unauthorized" : status == 403 ? "denied" : "";
  char words[MF_TOKEN_WORDS];

  if (status == 403)
    code = MF_PROBLEM_DENIED;
  if (mf_retry_status(status) || status >= 500) {
    code = status == 429 ? MF_PROBLEM_RATE_LIMITED : MF_PROBLEM_NETWORK;
    hint = "try again later";
  }
  server_name(fetch, host);
  if (fetch->body.data)
    mf_secrets_blot(&fetch->network->secrets, fetch->body.data, fetch->body.length);
  mf_token_refusal(fetch->body.data, fetch->body.length, words);
  if (mf_has_word(words, word)) /* it says that itself */
    word = "";
  mf_problem_set(&fetch->problem, code, "the token server %s answered %ld%s%s%s%s", host, status, word[0] ? ": " : "",
                 word, words[0] ? ": " : "", words);
  fetch->problem.status = (int)status;
  fetch->problem.retryable = mf_retry_status(status);
  mf_problem_advise(&fetch->problem, "%s", hint);
  end(fetch);
}

/* A redirect may lead elsewhere on the same origin; a form with a secret is never sent on. */
static bool follow(struct mf_token_fetch *fetch, long status)
{
  struct mf_origin target_origin;
  char warning[MF_REDIRECT_WARNING];
  char host[MF_ORIGIN_TEXT];
  struct mf_event event;
  char *target = NULL;
  bool ok = false;

  server_name(fetch, host);
  if (!fetch->request.form && fetch->redirects++ < REDIRECTS)
    target = mf_redirect_target("GET", status, fetch->request.url, host,
                                mf_headers_get(&fetch->transfer->headers, "Location", 0), warning, &fetch->problem);
  if (target && mf_origin_parse(target, &target_origin) && mf_origin_equal(&target_origin, &fetch->server->origin)) {
    if (warning[0])
      mf_network_warn(fetch->network, warning);
    event = event_of(fetch, MF_EVENT_REDIRECT);
    event.status = status;
    event.target = target;
    mf_journal_note(&fetch->network->journal, &event);
    drop(fetch);
    free(fetch->request.url);
    fetch->request.url = target;
    ok = send_request(fetch);
  } else {
    free(target);
    mf_problem_set(&fetch->problem, MF_PROBLEM_REDIRECT, "the token server %s redirects in a way that is not followed",
                   host);
  }
  return ok;
}

/* A login asked for more than a token of a few minutes. */
static void keep_identity(const struct mf_token_fetch *fetch)
{
  struct mf_network *network = fetch->network;

  if (network->settings.offline && fetch->flow != MF_TOKEN_REFRESH && fetch->token.refresh_token &&
      !network->identity_token)
    network->identity_token = strdup(fetch->token.refresh_token);
}

/* It was refused as it was asked: asks for something else, or in another way. Quay's token server answers 400 to a
   scope that names `delete`, and has `*` for it. */
static void ask_otherwise(struct mf_token_fetch *fetch, long status)
{
  drop(fetch);
  if (status != 400 || !mf_scopes_star(&fetch->scopes, "delete"))
    fetch->flow = mf_token_next_flow(fetch->flow, (int)status, &fetch->credentials);
  if (fetch->flow == MF_TOKEN_GIVE_UP)
    refused(fetch, status);
  else if (!begin_flow(fetch))
    end(fetch);
}

/* The specification leaves open which of two tokens counts: who is refused later should know that there were two. */
static void tell_of_two(const struct mf_token_fetch *fetch, const char *host)
{
  char text[MF_ORIGIN_TEXT + 128];

  if (!fetch->token.differ)
    return;
  snprintf(text, sizeof(text), "the token server %s gave two tokens that differ: access_token is used, token is not",
           host);
  mf_network_warn(fetch->network, text);
}

static void settle(struct mf_token_fetch *fetch)
{
  long status = mf_transfer_status(fetch->transfer);
  char host[MF_ORIGIN_TEXT];

  server_name(fetch, host);
  if (fetch->transfer->result != CURLE_OK) {
    if (!fetch->server->is_registry)
      mf_secrets_blot(&fetch->network->secrets, fetch->transfer->error, strlen(fetch->transfer->error));
    mf_transfer_explain(fetch->transfer, host, &fetch->problem);
    if (!fetch->problem.retryable || !wait_and_retry(fetch))
      end(fetch);
  } else if (status / 100 == 2) { /* some servers create a token (201) */
    mf_pace_accept(&fetch->server->pace);
    /* Either way it is over: with a token, or with the problem that the parser filled in. */
    if (mf_token_parse(fetch->body.data ? fetch->body.data : "", fetch->body.length, host, &fetch->token,
                       &fetch->problem)) {
      if (fetch->network->journal.open)
        fetch->granted = mf_token_granted(fetch->token.token);
      keep_identity(fetch);
      tell_of_two(fetch, host);
    }
    end(fetch);
  } else if (mf_redirect_status(status)) {
    if (!follow(fetch, status))
      end(fetch);
  } else if (mf_retry_status(status)) {
    if (!(status == 429 ? wait_for_server(fetch) : wait_and_retry(fetch)))
      refused(fetch, status);
  } else {
    ask_otherwise(fetch, status);
  }
}

static bool advance(struct mf_task *task)
{
  struct mf_token_fetch *fetch = (struct mf_token_fetch *)task;
  double now = mf_clock_now();

  if (now >= fetch->deadline) {
    char host[MF_ORIGIN_TEXT];
    server_name(fetch, host);
    mf_problem_set(&fetch->problem, MF_PROBLEM_TIMEOUT, "the token server %s did not answer in %.0f seconds", host,
                   SECONDS);
    end(fetch);
    return true;
  }
  if (fetch->transfer && !fetch->transfer->finished)
    return false;
  if (fetch->transfer) {
    settle(fetch);
    return true;
  }
  if (now < fetch->task.due)
    return false;
  fetch->task.due = fetch->deadline;
  if (!send_when_free(fetch))
    end(fetch);
  return true;
}

/* ---- life ---- */

static bool fill(struct mf_token_fetch *fetch, const struct mf_token_key *key, const struct mf_scopes *scopes,
                 const struct mf_credentials *credentials)
{
  mf_problem_set(&fetch->problem, MF_PROBLEM_MEMORY, "out of memory");
  if (!mf_token_key_copy(&fetch->key, key) || !mf_scopes_merge(&fetch->scopes, scopes) ||
      !mf_credentials_copy(&fetch->credentials, credentials))
    return false;
  fetch->server = mf_network_endpoint(fetch->network, fetch->key.realm, false, &fetch->problem);
  return fetch->server != NULL;
}

static void destroy(struct mf_token_fetch *fetch)
{
  drop(fetch);
  mf_engine_remove(&fetch->task);
  mf_token_request_free(&fetch->request);
  mf_token_free(&fetch->token);
  free(fetch->granted);
  mf_credentials_free(&fetch->credentials);
  mf_scopes_free(&fetch->scopes);
  mf_bytes_free(&fetch->body);
  mf_token_key_free(&fetch->key);
  free(fetch);
}

struct mf_token_fetch *mf_token_fetch_new(struct mf_network *network, const struct mf_endpoint *registry,
                                          const struct mf_token_key *key, const struct mf_scopes *scopes,
                                          const struct mf_credentials *credentials, struct mf_problem *problem)
{
  struct mf_token_fetch *fetch = calloc(1, sizeof(*fetch));

  if (!fetch) {
    mf_problem_set(problem, MF_PROBLEM_MEMORY, "out of memory");
    return NULL;
  }
  fetch->references = 1;
  fetch->network = network;
  fetch->registry = registry;
  fetch->number = mf_journal_number(&network->journal);
  fetch->deadline = mf_clock_now() + SECONDS;
  fetch->task = (struct mf_task){.advance = advance, .due = fetch->deadline};
  mf_bytes_init(&fetch->body, MF_TOKEN_BODY);
  fetch->body.secret = true;
  mf_engine_add(network->engine, &fetch->task);
  if (fill(fetch, key, scopes, credentials)) {
    fetch->flow = mf_token_first_flow(&fetch->credentials);
    if (begin_flow(fetch))
      return fetch;
  }
  *problem = fetch->problem;
  destroy(fetch);
  return NULL;
}

struct mf_token_fetch *mf_token_fetch_hold(struct mf_token_fetch *fetch)
{
  fetch->references++;
  return fetch;
}

void mf_token_fetch_release(struct mf_token_fetch *fetch)
{
  assert(fetch->references > 0);
  if (--fetch->references == 0)
    destroy(fetch);
}

bool mf_token_fetch_done(const struct mf_token_fetch *fetch)
{
  return fetch->task.done;
}

bool mf_token_fetch_serves(const struct mf_token_fetch *fetch, const struct mf_token_key *key,
                           const struct mf_scopes *wanted)
{
  return mf_token_key_equal(&fetch->key, key) && mf_scopes_cover(&fetch->scopes, wanted);
}

const struct mf_token *mf_token_fetch_result(const struct mf_token_fetch *fetch, struct mf_problem *problem)
{
  if (fetch->token.token)
    return &fetch->token;
  *problem = fetch->problem;
  return NULL;
}

const struct mf_scopes *mf_token_fetch_scopes(const struct mf_token_fetch *fetch)
{
  return &fetch->scopes;
}
