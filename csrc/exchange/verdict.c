#include "verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../answer/redirect.h"
#include "../answer/retry.h"
#include "../base/ascii.h"
#include "../base/clock.h"
#include "../url/proxy.h"

#define PROGRESS ((int64_t)1 << 20) /* bytes after which a broken body may break as often again */

/* How often a server may be silent until the time is over: who was so twice will be a third time. */
enum { SILENCES = 2 };

static const struct mf_verdict failed = {.kind = MF_VERDICT_FAIL};
static const struct mf_verdict done = {.kind = MF_VERDICT_DONE};

void mf_exchange_host(const struct mf_exchange *exchange, char host[MF_ORIGIN_TEXT])
{
  mf_network_host(exchange->client->network, exchange->endpoint, host);
}

/* What a server repeats of the secrets that it was sent is written over before a word of it is used. What is followed
   or answered is left as it came: no message shows it. */
static void blot_headers(const struct mf_exchange *exchange)
{
  const struct mf_headers *headers = &exchange->response.headers;

  for (size_t i = 0; i < headers->count; i++) {
    const char *name = headers->items[i].name;
    if (!mf_same_word(name, "Location") && !mf_same_word(name, "Link") && !mf_same_word(name, "WWW-Authenticate"))
      mf_secrets_blot(&exchange->client->network->secrets, headers->items[i].value, strlen(headers->items[i].value));
  }
}

bool mf_exchange_at_registry(const struct mf_exchange *exchange)
{
  return mf_origin_equal(&exchange->endpoint->origin, &exchange->registry->origin);
}

struct mf_event mf_exchange_event(const struct mf_exchange *exchange, enum mf_event_kind kind)
{
  return (struct mf_event){
      .kind = kind,
      .request = exchange->number,
      .attempt = exchange->response.attempts,
      .status = exchange->response.status,
      .method = exchange->request.method,
      .url = exchange->response.url,
  };
}

/* Has the body got so much further since the last time that it may break as often again? */
static bool got_further(struct mf_exchange *exchange)
{
  if (exchange->receipt.received - exchange->gained < PROGRESS)
    return false;
  exchange->gained = exchange->receipt.received;
  exchange->tries = 1;
  return true;
}

/* How often it may be sent; a server that keeps silent is not waited for as often as one that fails at once. */
static int most_tries(const struct mf_exchange *exchange)
{
  bool silent = exchange->transfer->result == CURLE_OPERATION_TIMEDOUT;

  return silent && exchange->request.attempts > SILENCES ? SILENCES : exchange->request.attempts;
}

/* Has it so many tries left, itself and of its verb? Of its verb it takes none when it was NOT_IN_VAIN, nor when nobody
   was there to be burdened: while a server is started again, all requests under way find none at once. */
static bool may_try_again(struct mf_exchange *exchange, bool not_in_vain)
{
  bool is_free = not_in_vain || exchange->transfer->result == CURLE_COULDNT_CONNECT;

  return exchange->tries < most_tries(exchange) && (is_free || mf_allowance_take(exchange->request.retries));
}

/* Seconds to wait before the next attempt, or -1 when there is to be none. */
static double retry_wait(struct mf_exchange *exchange)
{
  double wait = mf_retry_asked(&exchange->response.headers, time(NULL));
  bool further = got_further(exchange);

  if (wait > MF_RETRY_WAIT_LIMIT)
    return -1; /* the caller should know */
  if (wait < 0)
    wait = mf_retry_backoff(exchange->tries, exchange->client->network->settings.backoff);
  if (mf_clock_now() + wait >= exchange->deadline || !may_try_again(exchange, further))
    return -1;
  return wait;
}

/* The attempt that has just ended was not one in its own right: a step on the way of the same. */
static struct mf_verdict next_step(struct mf_exchange *exchange, const char *reason)
{
  exchange->response.attempts--;
  exchange->tries--;
  return (struct mf_verdict){MF_VERDICT_AGAIN, 0, reason};
}

/* The next attempt goes to where URL leads. False with the problem set: it still stands where it stood. */
static bool turn_to(struct mf_exchange *exchange, const char *url)
{
  struct mf_endpoint *endpoint = mf_network_endpoint(exchange->client->network, url, false, &exchange->problem);

  if (endpoint)
    exchange->endpoint = endpoint;
  return endpoint;
}

/* Another attempt after WAIT seconds, from the URL that was asked for: what a redirect named may not live as long. */
static struct mf_verdict start_over(struct mf_exchange *exchange, double wait, const char *reason)
{
  char *url = strdup(exchange->request.url);

  exchange->redirects = 0;
  if (!url || !turn_to(exchange, url)) {
    free(url);
    return failed;
  }
  free(exchange->response.url);
  exchange->response.url = url;
  return (struct mf_verdict){MF_VERDICT_AGAIN, wait, reason};
}

/* It answered our TLS greeting in plain text: go on in plain HTTP if that is allowed, else say so in words. */
static struct mf_verdict met_plain_http(struct mf_exchange *exchange)
{
  char host[MF_ORIGIN_TEXT];

  if (mf_exchange_at_registry(exchange) && exchange->registry->plain_allowed && !exchange->registry->scheme.answered) {
    if (!mf_network_use_plain(exchange->client->network, exchange->registry, &exchange->problem))
      return failed;
    mf_question_answer(&exchange->registry->scheme, exchange);
    return next_step(exchange, MF_REASON_PLAIN);
  }
  mf_exchange_host(exchange, host);
  mf_problem_set(&exchange->problem, MF_PROBLEM_TLS, "%s answered in plain HTTP where TLS was expected", host);
  mf_problem_advise(&exchange->problem,
                    "if it is meant to be reached without encryption, say so with --insecure (or insecure = true)");
  return failed;
}

/* Is it a server of this very machine that has answered before, and is not there now? Then it is started again. Who was
   never there is not waited for: mf_transfer_explain. */
static bool went_away(const struct mf_exchange *exchange)
{
  return exchange->transfer->result == CURLE_COULDNT_CONNECT && exchange->endpoint->peer == MF_ADDRESS_LOOPBACK;
}

/* The host that failed is one that the user has not named: the registry has. */
static void tell_who_named_it(struct mf_exchange *exchange)
{
  char host[MF_ORIGIN_TEXT];

  if (mf_exchange_at_registry(exchange) || mf_problem_hint(&exchange->problem)[0] ||
      (exchange->problem.code != MF_PROBLEM_NETWORK && exchange->problem.code != MF_PROBLEM_TIMEOUT &&
       exchange->problem.code != MF_PROBLEM_TLS))
    return;
  mf_network_host(exchange->client->network, exchange->registry, host);
  mf_problem_advise(
      &exchange->problem,
      "%s sends there what it is asked for: check the network and the proxy settings, or ask its operator", host);
}

static struct mf_verdict judge_failure(struct mf_exchange *exchange)
{
  char host[MF_ORIGIN_TEXT];
  double wait;

  if (mf_transfer_met_plain_http(exchange->transfer))
    return met_plain_http(exchange);
  mf_exchange_host(exchange, host);
  if (!exchange->endpoint->is_registry) /* libcurl's words may hold its name */
    mf_secrets_blot(&exchange->client->network->secrets, exchange->transfer->error, strlen(exchange->transfer->error));
  mf_transfer_explain(exchange->transfer, host, &exchange->problem);
  tell_who_named_it(exchange);
  exchange->problem.retryable = exchange->problem.retryable || went_away(exchange);
  wait = exchange->problem.retryable ? retry_wait(exchange) : -1;
  return wait >= 0 ? start_over(exchange, wait, exchange->problem.text) : failed;
}

static struct mf_verdict judge_redirect(struct mf_exchange *exchange)
{
  struct mf_response *response = &exchange->response;
  char warning[MF_REDIRECT_WARNING];
  char host[MF_ORIGIN_TEXT];
  struct mf_event event;
  char *target = NULL;

  mf_exchange_host(exchange, host);
  if (exchange->redirects++ < MF_REDIRECT_LIMIT)
    target = mf_redirect_target(exchange->request.method, response->status, response->url, host,
                                mf_headers_get(&response->headers, "Location", 0), warning, &exchange->problem);
  else
    mf_problem_set(&exchange->problem, MF_PROBLEM_REDIRECT, "more than %d redirects", MF_REDIRECT_LIMIT);
  if (!target)
    return failed;
  if (warning[0])
    mf_network_warn(exchange->client->network, warning);
  event = mf_exchange_event(exchange, MF_EVENT_REDIRECT);
  event.target = target;
  mf_journal_note(&exchange->client->network->journal, &event);
  free(response->url);
  response->url = target;
  return turn_to(exchange, target) ? next_step(exchange, NULL) : failed;
}

static struct mf_verdict judge_unauthorized(struct mf_exchange *exchange)
{
  if (mf_authorization_answered(exchange->client->authorization, &exchange->ticket, 401, exchange->response.url,
                                &exchange->response.headers, &exchange->problem) != MF_READY)
    return failed;
  return next_step(exchange, "credentials are needed");
}

/* Content-Encoding that says nothing of the bytes: storages keep the headers of an upload, and some write a charset. */
static bool is_plain_encoding(const char *encoding)
{
  static const char *const names[] = {"", "identity", "aws-chunked", "utf-8"};

  for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
    if (mf_same_word(encoding, names[i]))
      return true;
  return false;
}

/* Is a body that is read something else than its document? What hashes right is the document, whatever its header says:
   a storage may keep a compressed layer as one that is encoded. */
static bool unasked_encoding(struct mf_exchange *exchange)
{
  const char *encoding;
  struct mf_response *response = &exchange->response;
  struct mf_problem ignored;

  for (size_t i = 0;; i++) {
    encoding = mf_headers_get(&response->headers, "Content-Encoding", i);
    if (!encoding)
      return false;
    if (!is_plain_encoding(encoding))
      break;
  }
  if (strcmp(exchange->request.method, "GET") != 0)
    return false;
  if (exchange->receipt.digest &&
      mf_receipt_check(&exchange->receipt, response->digest, sizeof(response->digest), &ignored))
    return false;
  mf_problem_set(&exchange->problem, MF_PROBLEM_UNSUPPORTED, "the answer is encoded (%.32s), which was not asked for",
                 encoding);
  return true;
}

/* A server may send less than it was asked for, and says so: the rest is asked for, for as long as something comes. */
static struct mf_verdict ask_for_rest(struct mf_exchange *exchange)
{
  double wait = got_further(exchange) ? 0 : retry_wait(exchange);
  char host[MF_ORIGIN_TEXT];

  if (wait >= 0)
    return start_over(exchange, wait, "the answer ended early: the rest is asked for");
  mf_exchange_host(exchange, host);
  mf_problem_set(&exchange->problem, MF_PROBLEM_NETWORK, "%s: the answer ended early, again and again", host);
  exchange->problem.retryable = true;
  return failed;
}

/* A body that does not hash right is fetched once more, from its first byte. */
static struct mf_verdict judge_body(struct mf_exchange *exchange)
{
  struct mf_response *response = &exchange->response;

  if (response->status < 200 || response->status > 299)
    return done;
  if (unasked_encoding(exchange))
    return failed;
  if (mf_receipt_is_part(&exchange->receipt))
    return ask_for_rest(exchange);
  if (mf_receipt_check(&exchange->receipt, response->digest, sizeof(response->digest), &exchange->problem))
    return done;
  if (exchange->tries < exchange->request.attempts && mf_allowance_take(exchange->request.retries) &&
      mf_receipt_restart(&exchange->receipt, &exchange->problem))
    return start_over(exchange, 0, exchange->problem.text);
  return failed;
}

static struct mf_verdict refused_by_proxy(struct mf_exchange *exchange)
{
  char name[MF_ORIGIN_TEXT + 16];

  mf_proxy_print(exchange->transfer->proxy, name, sizeof(name));
  mf_problem_set(&exchange->problem, MF_PROBLEM_PROXY, "the proxy %s answered 407: it wants credentials", name);
  exchange->problem.status = 407;
  mf_problem_advise(&exchange->problem, "put user and password into its URL: http://user:password@host:port");
  return failed;
}

/* Too many requests: the host is held, for all. Who is patient waits as long as the deadline lets him. */
static struct mf_verdict judge_too_many(struct mf_exchange *exchange)
{
  struct mf_pace *pace = &exchange->endpoint->pace;
  double asked = mf_retry_asked(&exchange->response.headers, time(NULL));
  bool again = exchange->request.attempts > 1;

  if (asked > MF_RETRY_WAIT_LIMIT)
    return judge_body(exchange); /* the caller should know */
  exchange->response.held =
      mf_pace_refuse(pace, exchange->sent, asked, exchange->client->network->settings.backoff, mf_clock_now());
  if (!again || !exchange->response.held || pace->until >= exchange->deadline ||
      !(exchange->request.patient || may_try_again(exchange, false)))
    return judge_body(exchange);
  if (exchange->request.patient)
    exchange->tries--;
  return start_over(exchange, 0, "too many requests: the host is not asked before that");
}

static struct mf_verdict judge_status(struct mf_exchange *exchange)
{
  long status = exchange->response.status;
  double wait = -1;

  if (status == 429)
    return judge_too_many(exchange);
  if (!mf_retry_status(status))
    mf_pace_accept(&exchange->endpoint->pace);
  if (mf_redirect_status(status))
    return judge_redirect(exchange);
  if (status == 416 && mf_receipt_asks_part(&exchange->receipt)) {
    exchange->receipt.whole = true;
    return next_step(exchange, "the server gives no parts: the whole is asked for");
  }
  if (mf_retry_status(status))
    wait = retry_wait(exchange);
  return wait >= 0 ? start_over(exchange, wait, "an answer that may pass") : judge_body(exchange);
}

static struct mf_verdict judge_answer(struct mf_exchange *exchange)
{
  struct mf_response *response = &exchange->response;

  if (response->status == 407 && exchange->transfer->proxy)
    return refused_by_proxy(exchange);
  if (mf_exchange_at_registry(exchange)) {
    mf_question_answer(&exchange->registry->scheme, exchange);
    if (exchange->transfer->knows_peer)
      exchange->registry->peer = exchange->transfer->peer;
    if (response->status == 401 && exchange->ticket.registry)
      return judge_unauthorized(exchange);
    mf_authorization_answered(exchange->client->authorization, &exchange->ticket, response->status, response->url,
                              &response->headers, &exchange->problem);
    response->withheld = mf_authorization_withheld(exchange->client->authorization, &exchange->ticket);
  }
  return judge_status(exchange);
}

struct mf_verdict mf_verdict_on(struct mf_exchange *exchange)
{
  mf_headers_free(&exchange->response.headers);
  exchange->response.held = exchange->response.withheld = false;
  exchange->response.status = mf_transfer_status(exchange->transfer);
  exchange->response.headers = exchange->transfer->headers;
  exchange->transfer->headers = (struct mf_headers){0};
  blot_headers(exchange);
  if (exchange->transfer->result == CURLE_OK || exchange->receipt.has_enough)
    return judge_answer(exchange);
  return judge_failure(exchange);
}
