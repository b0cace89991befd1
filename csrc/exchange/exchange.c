#include "exchange.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../answer/retry.h"
#include "../base/ascii.h"
#include "../base/clock.h"
#include "scheme.h"
#include "verdict.h"

#define ERROR_BODY_LIMIT ((size_t)64 * 1024) /* most bytes of a body that is not a 2xx one */

static bool is_success(long status)
{
  return status >= 200 && status <= 299;
}

/* ---- the journal ---- */

static struct mf_journal *journal_of(const struct mf_exchange *exchange)
{
  return &exchange->client->network->journal;
}

static void note_sent(struct mf_exchange *exchange)
{
  struct mf_event event = mf_exchange_event(exchange, MF_EVENT_REQUEST);

  event.status = 0;
  exchange->noted = false;
  mf_journal_note(journal_of(exchange), &event);
}

/* How the transfer ended, once. */
static void note_end(struct mf_exchange *exchange)
{
  struct mf_event event = mf_exchange_event(exchange, MF_EVENT_RESPONSE);

  if (exchange->noted)
    return;
  exchange->noted = true;
  mf_journal_note_end(journal_of(exchange), &event, exchange->transfer, exchange->sent);
}

/* That it is sent again SECONDS from now. A host that is held is not asked before that is over. */
static void note_retry(struct mf_exchange *exchange, double seconds, const char *reason)
{
  struct mf_event event = mf_exchange_event(exchange, MF_EVENT_RETRY);
  double held = exchange->endpoint->pace.until - mf_clock_now();

  event.seconds = exchange->response.held && held > seconds ? held : seconds;
  event.reason = reason;
  if (reason)
    mf_journal_note(journal_of(exchange), &event);
}

/* ---- the end ---- */

static void drop_transfer(struct mf_exchange *exchange)
{
  mf_scheme_drop(exchange);
  mf_queue_leave(&exchange->waiter);
  if (!exchange->transfer)
    return;
  note_end(exchange);
  mf_engine_withdraw(exchange->client->network->engine, exchange->transfer);
  mf_transfer_free(exchange->transfer);
  exchange->transfer = NULL;
  mf_pace_end(exchange->pace, exchange->request.joined);
}

static void abandon_questions(struct mf_exchange *exchange)
{
  mf_question_abandon(&exchange->registry->scheme, exchange);
  mf_question_abandon(&exchange->registry->access, &exchange->ticket);
}

/* A server may repeat what it was sent, in the words of an error or in a challenge, which has been answered by now. */
static void blot(struct mf_exchange *exchange)
{
  const struct mf_secrets *secrets = &exchange->client->network->secrets;
  struct mf_response *response = &exchange->response;

  for (size_t i = 0; i < response->headers.count; i++) {
    const struct mf_header *header = &response->headers.items[i];
    if (mf_same_word(header->name, "WWW-Authenticate"))
      mf_secrets_blot(secrets, header->value, strlen(header->value));
  }
  if (response->body.length > 0 && !is_success(response->status))
    mf_secrets_blot(secrets, response->body.data, response->body.length);
  mf_exchange_host(exchange, response->host);
}

static void end(struct mf_exchange *exchange)
{
  struct mf_source *source = exchange->request.source;

  blot(exchange);
  drop_transfer(exchange);
  abandon_questions(exchange);
  mf_receipt_free(&exchange->receipt);
  exchange->request.source = NULL;
  if (source)
    source->free(source); /* now: the other end of a pipe must learn of it */
  exchange->task.done = true;
  mf_engine_call(exchange->client->network->engine);
}

/* What the answer is shown with: the body that was asked for, or the start of an error's text; nothing of a body that
   turned out to be no good. */
static void choose_body(struct mf_exchange *exchange, bool good)
{
  struct mf_response *response = &exchange->response;

  if (good)
    return;
  mf_bytes_free(&response->body);
  if (is_success(response->status))
    return;
  response->body = exchange->error_body;
  exchange->error_body = (struct mf_bytes){0};
}

static bool fail(struct mf_exchange *exchange)
{
  char host[MF_ORIGIN_TEXT];

  if (!exchange->problem.host[0]) {
    mf_exchange_host(exchange, host);
    snprintf(exchange->problem.host, sizeof(exchange->problem.host), "%s", host);
  }
  choose_body(exchange, false);
  end(exchange);
  return true;
}

/* Lets a thread wait for the disk: other exchanges go on, and the connection is free. False: finishing is to wait. */
static bool flush(struct mf_exchange *exchange)
{
  struct mf_sink *sink = exchange->receipt.sink;

  if (exchange->flushing || !sink->flush || !sink->flush(sink, mf_engine_wake, exchange->client->network->engine))
    return false;
  exchange->flushing = true;
  exchange->task.due = exchange->deadline;
  drop_transfer(exchange);
  return true;
}

static bool succeed(struct mf_exchange *exchange)
{
  struct mf_response *response = &exchange->response;
  bool good = is_success(response->status);

  if (good && flush(exchange))
    return true;
  if (good && !mf_receipt_finish(&exchange->receipt, &exchange->problem))
    return fail(exchange);
  if (!mf_retry_status(response->status))
    mf_allowance_earn(exchange->request.retries);
  response->received = exchange->receipt.received;
  choose_body(exchange, good);
  mf_problem_clear(&exchange->problem);
  end(exchange);
  return true;
}

/* ---- what is known of the registry ---- */

/* The registry has begun to answer: whoever waits to know its scheme, or whether it wants credentials, need not wait
   for the end of a long body. */
static void hear(struct mf_exchange *exchange, long status)
{
  if (!mf_exchange_at_registry(exchange))
    return;
  mf_question_answer(&exchange->registry->scheme, exchange);
  if (status != 401)
    mf_question_answer(&exchange->registry->access, &exchange->ticket);
}

/* What has nothing to send yet must not be the one that finds out about the registry: whoever feeds it waits for that.
 */
static bool has_body(const struct mf_exchange *exchange)
{
  struct mf_source *source = exchange->request.source;
  bool known = exchange->registry->scheme.answered && exchange->registry->access.answered;

  return !source || (known && !exchange->request.after_body) || source->ready(source);
}

/* False while another request finds out whether the registry speaks plain HTTP. */
static bool knows_registry(struct mf_exchange *exchange)
{
  const struct mf_endpoint *registry = exchange->registry;

  if (!has_body(exchange))
    return false;
  if (!mf_exchange_at_registry(exchange) || !registry->plain_allowed || strcmp(registry->origin.scheme, "http") == 0)
    return true;
  return mf_question_ask(&exchange->registry->scheme, exchange);
}

/* False, with the problem set, when the URL spells out an address that the registry may not lead to. */
static bool may_go_there(struct mf_exchange *exchange)
{
  const struct mf_endpoint *registry = exchange->registry;
  char host[MF_ORIGIN_TEXT];

  if (mf_exchange_at_registry(exchange) ||
      mf_origin_may_name(&registry->origin, &exchange->endpoint->origin, registry->peer))
    return true;
  mf_exchange_host(exchange, host);
  return mf_problem_set(&exchange->problem, MF_PROBLEM_REDIRECT, MF_TRANSFER_ELSEWHERE, host);
}

/* Puts the scheme that was learned into the URL. False: memory, problem set. */
static bool use_scheme(struct mf_exchange *exchange)
{
  char *url;

  if (!mf_exchange_at_registry(exchange))
    return true;
  url = mf_endpoint_url(exchange->registry, exchange->response.url);
  if (!url)
    return mf_problem_set(&exchange->problem, MF_PROBLEM_MEMORY, "out of memory");
  free(exchange->response.url);
  exchange->response.url = url;
  return true;
}

/* ---- libcurl's questions ---- */

static enum mf_flow take_body(void *context, const char *data, size_t length)
{
  struct mf_exchange *exchange = context;
  struct curl_header *range = NULL;
  long status = mf_transfer_status(exchange->transfer);

  hear(exchange, status);
  if (status == 206)
    curl_easy_header(exchange->transfer->easy, "Content-Range", 0, CURLH_HEADER, -1, &range);
  return mf_receipt_take(&exchange->receipt, status, range ? range->value : NULL, data, length,
                         &exchange->transfer->problem);
}

static bool admit(void *context, enum mf_address_class address)
{
  const struct mf_exchange *exchange = context;

  return mf_address_class_allowed(address, exchange->registry->peer, mf_exchange_at_registry(exchange));
}

/* ---- an attempt ---- */

static bool add_range(const struct mf_exchange *exchange, struct mf_headers *headers)
{
  char range[MF_RECEIPT_RANGE];

  mf_receipt_range(&exchange->receipt, range);
  return !range[0] || mf_headers_add(headers, "Range", range);
}

static bool send_request(struct mf_exchange *exchange, const char *authorization)
{
  const struct mf_transfer_owner owner = {exchange, take_body, admit};
  struct mf_request *request = &exchange->request;
  struct mf_connection connection;
  struct mf_headers headers = {0};
  bool ok = mf_headers_copy(&headers, &request->headers) && add_range(exchange, &headers);

  if (ok && authorization)
    ok = mf_headers_add(&headers, "Authorization", authorization);
  exchange->response.attempts++;
  exchange->tries++;
  mf_network_connection(exchange->client->network, exchange->endpoint, &connection);
  connection.bulk = request->bulk;
  if (!ok)
    mf_problem_set(&exchange->problem, MF_PROBLEM_MEMORY, "out of memory");
  else
    exchange->transfer = mf_transfer_new(request->method, exchange->response.url, &headers, request->source,
                                         &connection, &owner, &exchange->problem);
  mf_headers_wipe(&headers);
  if (!exchange->transfer)
    return false;
  exchange->sent = mf_clock_now();
  exchange->probed = false;
  exchange->pace = &exchange->endpoint->pace;
  mf_pace_begin(exchange->pace, exchange->request.joined, exchange->sent);
  note_sent(exchange);
  return mf_engine_submit(exchange->client->network->engine, exchange->transfer, &exchange->problem);
}

/* False while the host must not be asked, or not by more at once. In plain HTTP a request has a connection to itself:
   libcurl looks at all that wait for one whenever one becomes free, which costs more than the requests do. */
static bool may_go(struct mf_exchange *exchange)
{
  struct mf_pace *pace = &exchange->endpoint->pace;
  bool plain = strcmp(exchange->endpoint->origin.scheme, "http") == 0;
  double now = mf_clock_now();

  pace->places = plain ? exchange->client->network->settings.limits.connections_per_host : 0;
  if (exchange->request.joined ? mf_pace_is_open(pace, now) : mf_pace_may_go(pace, &exchange->waiter, now))
    return true;
  exchange->task.due = exchange->deadline;
  if (pace->until > now && pace->until < exchange->deadline)
    exchange->task.due = pace->until;
  return false;
}

/* Sends the request if it can be sent now. True when it got further. */
static bool prepare(struct mf_exchange *exchange)
{
  struct mf_bytes value;
  enum mf_readiness readiness = MF_READY;

  if (mf_clock_now() < exchange->not_before || !knows_registry(exchange) || !may_go(exchange))
    return false;
  mf_bytes_init(&value, (size_t)64 * 1024);
  value.secret = true;
  if (mf_exchange_at_registry(exchange))
    readiness = mf_authorization_value(exchange->client->authorization, &exchange->ticket, &value, &exchange->problem);
  if (readiness == MF_READY &&
      (!may_go_there(exchange) || !use_scheme(exchange) || !mf_receipt_again(&exchange->receipt, &exchange->problem) ||
       !send_request(exchange, value.length ? value.data : NULL)))
    readiness = MF_FAILED;
  mf_bytes_free(&value);
  exchange->task.due = exchange->transfer ? mf_scheme_due(exchange) : exchange->deadline;
  return readiness == MF_FAILED ? fail(exchange) : readiness == MF_READY;
}

/* ---- what an answer leads to ---- */

static bool can_repeat(struct mf_exchange *exchange)
{
  struct mf_source *source = exchange->request.source;

  return !source || source->rewind(source);
}

/* Back to prepare, after SECONDS. */
static bool again(struct mf_exchange *exchange, double seconds, const char *reason)
{
  drop_transfer(exchange);
  if (!can_repeat(exchange)) {
    mf_problem_set(&exchange->problem, MF_PROBLEM_NETWORK, "the body was partly sent and cannot be sent again");
    exchange->problem.retryable = true;
    return fail(exchange);
  }
  if (!use_scheme(exchange)) /* told is where it goes, not what was asked for */
    return fail(exchange);
  note_retry(exchange, seconds, reason);
  exchange->not_before = mf_clock_now() + seconds;
  exchange->task.due = exchange->not_before < exchange->deadline ? exchange->not_before : exchange->deadline;
  return true;
}

static bool settle(struct mf_exchange *exchange)
{
  struct mf_verdict verdict;

  note_end(exchange);
  verdict = mf_verdict_on(exchange);
  switch (verdict.kind) {
  case MF_VERDICT_AGAIN:
    return again(exchange, verdict.wait, verdict.reason);
  case MF_VERDICT_FAIL:
    return fail(exchange);
  default:
    return succeed(exchange);
  }
}

static bool out_of_time(struct mf_exchange *exchange)
{
  char host[MF_ORIGIN_TEXT];

  mf_exchange_host(exchange, host);
  if (!exchange->transfer && exchange->endpoint->pace.refusals > 0)
    mf_problem_set(&exchange->problem, MF_PROBLEM_RATE_LIMITED, "%s: too many requests (429), for %g seconds", host,
                   exchange->request.timeout);
  else
    mf_problem_set(&exchange->problem, MF_PROBLEM_TIMEOUT, "%s: not done in %g seconds", host,
                   exchange->request.timeout);
  return fail(exchange);
}

static bool advance(struct mf_task *task)
{
  struct mf_exchange *exchange = (struct mf_exchange *)task;
  enum mf_scheme_step scheme;

  if (mf_clock_now() >= exchange->deadline)
    return out_of_time(exchange);
  if (exchange->flushing)
    return exchange->receipt.sink->ready(exchange->receipt.sink) && succeed(exchange);
  if (!exchange->transfer)
    return prepare(exchange);
  scheme = mf_scheme_advance(exchange);
  exchange->task.due = mf_scheme_due(exchange);
  switch (scheme) {
  case MF_SCHEME_WAIT:
    return false;
  case MF_SCHEME_PLAIN:
    exchange->response.attempts--; /* a step on the way of the same attempt */
    exchange->tries--;
    return again(exchange, 0, MF_REASON_PLAIN);
  case MF_SCHEME_FAIL:
    return fail(exchange);
  case MF_SCHEME_GO_ON:
    break;
  }
  if (exchange->transfer->finished)
    return settle(exchange);
  return mf_transfer_resume(exchange->transfer, exchange->receipt.sink->ready(exchange->receipt.sink));
}

/* ---- life ---- */

/* Is URL, like nearly all, one of the registry's own? BASE has been read; where it has a path, what begins with it has
   the same origin. */
static bool is_below(const char *url, const char *base)
{
  const char *host = strstr(base, "://");

  return host && strchr(host + strlen("://"), '/') && strncmp(url, base, strlen(base)) == 0 && mf_url_is_plain(url);
}

static bool open_exchange(struct mf_exchange *exchange, struct mf_problem *problem)
{
  struct mf_network *network = exchange->client->network;
  struct mf_request *request = &exchange->request;

  exchange->registry = mf_network_endpoint(network, request->base ? request->base : request->url, true, problem);
  if (!exchange->registry)
    return false;
  exchange->endpoint = request->base && is_below(request->url, request->base)
                           ? exchange->registry
                           : mf_network_endpoint(network, request->url, false, problem);
  if (!exchange->endpoint)
    return false;
  exchange->ticket.endpoint = exchange->registry;
  exchange->ticket.registry = request->registry;
  exchange->ticket.repository = request->repository;
  exchange->ticket.wanted = request->scopes;
  exchange->response.url = strdup(request->url);
  if (!request->sink)
    exchange->memory = mf_sink_memory(&exchange->response.body);
  if (!exchange->response.url || (!request->sink && !exchange->memory))
    return mf_problem_set(problem, MF_PROBLEM_MEMORY, "out of memory");
  if (!mf_receipt_init(&exchange->receipt, request->sink ? request->sink : exchange->memory, request->digest,
                       request->limit, &exchange->error_body, problem))
    return false;
  exchange->receipt.first = request->first;
  exchange->receipt.length = request->length;
  return true;
}

struct mf_exchange *mf_exchange_new(struct mf_client *client, struct mf_request *request, struct mf_problem *problem)
{
  struct mf_exchange *exchange = malloc(sizeof(*exchange));

  if (!exchange) {
    mf_request_free(request);
    mf_problem_set(problem, MF_PROBLEM_MEMORY, "out of memory");
    return NULL;
  }
  memset(exchange, 0, offsetof(struct mf_exchange, problem));
  mf_problem_clear(&exchange->problem);
  exchange->client = client;
  exchange->number = mf_journal_number(&client->network->journal);
  exchange->request = *request;
  *request = (struct mf_request){0};
  exchange->deadline = mf_clock_now() + exchange->request.timeout;
  exchange->task = (struct mf_task){.advance = advance, .due = exchange->deadline};
  mf_bytes_init(&exchange->error_body, ERROR_BODY_LIMIT);
  mf_bytes_init(&exchange->response.body, exchange->request.limit);
  mf_engine_add(client->network->engine, &exchange->task);
  if (open_exchange(exchange, problem))
    return exchange;
  mf_exchange_free(exchange);
  return NULL;
}

int64_t mf_exchange_moved(const struct mf_exchange *exchange)
{
  curl_off_t sent = 0;

  if (!exchange->request.source)
    return exchange->receipt.received;
  if (exchange->transfer)
    curl_easy_getinfo(exchange->transfer->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
  return sent;
}

bool mf_exchange_done(const struct mf_exchange *exchange)
{
  return exchange->task.done;
}

void mf_exchange_take_response(struct mf_exchange *exchange, struct mf_response *response)
{
  *response = exchange->response;
  exchange->response = (struct mf_response){0};
}

const struct mf_problem *mf_exchange_problem(const struct mf_exchange *exchange)
{
  return &exchange->problem;
}

void mf_exchange_free(struct mf_exchange *exchange)
{
  drop_transfer(exchange);
  if (exchange->registry)
    abandon_questions(exchange);
  mf_engine_remove(&exchange->task);
  mf_receipt_free(&exchange->receipt);
  mf_ticket_free(&exchange->ticket);
  if (exchange->memory)
    exchange->memory->free(exchange->memory);
  mf_request_free(&exchange->request);
  mf_response_free(&exchange->response);
  mf_bytes_free(&exchange->error_body);
  free(exchange);
}
