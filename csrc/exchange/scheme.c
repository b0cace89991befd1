#include "scheme.h"

#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"

#define SILENCE 1.0 /* seconds after which a TLS greeting counts as unanswered */
#define TLS_PORT 443

/* Is it this exchange that finds out for the others? What was once learned stays. */
static bool is_asking(const struct mf_exchange *exchange)
{
  const struct mf_endpoint *registry = exchange->registry;

  return registry->plain_allowed && !registry->scheme.answered && registry->scheme.asker == exchange &&
         mf_exchange_at_registry(exchange) && strcmp(registry->origin.scheme, "https") == 0;
}

/* Without a port of its own it would be asked at port 80, where another server may be: only when 443 is closed. */
static bool has_one_port(const struct mf_exchange *exchange)
{
  return exchange->registry->named.port != TLS_PORT;
}

static bool refuses_tls(const struct mf_exchange *exchange)
{
  const struct mf_transfer *transfer = exchange->transfer;

  if (has_one_port(exchange))
    return mf_transfer_broke_in_handshake(transfer);
  return transfer->result == CURLE_COULDNT_CONNECT && !transfer->proxy;
}

double mf_scheme_due(const struct mf_exchange *exchange)
{
  double due = exchange->sent + SILENCE;

  if (!is_asking(exchange) || exchange->probed || !has_one_port(exchange) || due > exchange->deadline)
    return exchange->deadline;
  return due;
}

/* ---- the probe ---- */

/* Its headers are enough. */
static enum mf_flow leave_body(void *context, const char *data, size_t length)
{
  (void)context;
  (void)data;
  (void)length;
  return MF_FLOW_FAIL;
}

static bool admit(void *context, enum mf_address_class address)
{
  const struct mf_exchange *exchange = context;

  return mf_address_class_allowed(address, exchange->registry->peer, true);
}

static struct mf_event event_of(const struct mf_exchange *exchange, enum mf_event_kind kind, const char *url)
{
  return (struct mf_event){.kind = kind, .request = exchange->number, .purpose = "probe", .method = "GET", .url = url};
}

static void start_probe(struct mf_exchange *exchange)
{
  const struct mf_transfer_owner owner = {exchange, leave_body, admit};
  const struct mf_headers none = {0};
  struct mf_network *network = exchange->client->network;
  struct mf_problem ignored; /* without a probe, TLS alone decides */
  struct mf_connection connection;
  char *url = mf_network_plain_connection(network, exchange->registry, &connection, &ignored);
  struct mf_event event;

  exchange->probed = true;
  if (url)
    exchange->probe = mf_transfer_new("GET", url, &none, NULL, &connection, &owner, &ignored);
  event = event_of(exchange, MF_EVENT_REQUEST, url);
  if (exchange->probe)
    mf_journal_note(&network->journal, &event);
  free(url);
  exchange->probe_sent = mf_clock_now();
  if (exchange->probe && !mf_engine_submit(network->engine, exchange->probe, &ignored))
    mf_scheme_drop(exchange);
}

void mf_scheme_drop(struct mf_exchange *exchange)
{
  struct mf_event event = event_of(exchange, MF_EVENT_RESPONSE, NULL);
  char *url = NULL;

  if (!exchange->probe)
    return;
  curl_easy_getinfo(exchange->probe->easy, CURLINFO_EFFECTIVE_URL, &url);
  event.url = url;
  mf_journal_note_end(&exchange->client->network->journal, &event, exchange->probe, exchange->probe_sent);
  mf_engine_withdraw(exchange->client->network->engine, exchange->probe);
  mf_transfer_free(exchange->probe);
  exchange->probe = NULL;
}

static bool leads_to_tls(const struct mf_transfer *probe)
{
  struct curl_header *location = NULL;

  return curl_easy_header(probe->easy, "Location", 0, CURLH_HEADER, -1, &location) == CURLHE_OK &&
         mf_url_is_secure(location->value);
}

/* Is it the answer of a registry in plain HTTP? Not what a TLS server says to a request in clear, and not the page of a
   proxy that cannot reach it. */
static bool is_plain_answer(const struct mf_transfer *probe)
{
  long status = mf_transfer_status(probe);
  bool plain = status >= 200 && status != 400 && status != 421 && status != 426 && status != 497;

  if (!probe->headers_whole || !plain || leads_to_tls(probe))
    return false;
  return !probe->proxy || status <= 299 || status == 401;
}

enum mf_scheme_step mf_scheme_advance(struct mf_exchange *exchange)
{
  const struct mf_transfer *transfer = exchange->transfer;
  bool plain;

  if (!is_asking(exchange) || mf_transfer_is_secure(transfer)) {
    mf_scheme_drop(exchange);
    exchange->probed = true;
    return MF_SCHEME_GO_ON;
  }
  if (!exchange->probe && !exchange->probed &&
      (transfer->finished ? refuses_tls(exchange) : mf_clock_now() >= mf_scheme_due(exchange)))
    start_probe(exchange);
  if (!exchange->probe)
    return MF_SCHEME_GO_ON;
  if (!exchange->probe->finished)
    return transfer->finished ? MF_SCHEME_WAIT : MF_SCHEME_GO_ON;
  plain = is_plain_answer(exchange->probe);
  mf_scheme_drop(exchange);
  if (!plain)
    return MF_SCHEME_GO_ON;
  if (!mf_network_use_plain(exchange->client->network, exchange->registry, &exchange->problem))
    return MF_SCHEME_FAIL;
  mf_question_answer(&exchange->registry->scheme, exchange);
  return MF_SCHEME_PLAIN;
}
