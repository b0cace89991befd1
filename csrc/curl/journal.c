#include "journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../url/proxy.h"
#include "../url/url.h"

#define URL_SHOWN 2048   /* bytes of a URL */
#define ADDRESS_SHOWN 80 /* of an address and a port */

/* What an answer says to who looks for a fault. No cookie, and no place to go on to: these may hold secrets. */
static const char *const telling[] = {
    "Content-Type",
    "Docker-Content-Digest",
    "OCI-Subject",
    "OCI-Filters-Applied",
    "RateLimit-Limit",
    "RateLimit-Remaining",
    "Docker-RateLimit-Source",
    "Retry-After",
    "Warning",
    "X-Request-Id",
    "X-GitHub-Request-Id",
    "X-Amzn-RequestId",
    "X-Ms-Correlation-Request-Id",
    "CF-Ray",
    "Age",
    "Via",
    "X-Cache",
    "Server",
};

/* A copy of TEXT with the secrets that were sent written over. *OK becomes false when memory is short. */
static char *copy_text(const struct mf_journal *journal, const char *text, bool *ok)
{
  char *copy = text ? strdup(text) : NULL;

  *ok = *ok && (copy || !text);
  if (copy)
    mf_secrets_blot(journal->secrets, copy, strlen(copy));
  return copy;
}

static char *copy_url(const struct mf_journal *journal, const char *url, bool *ok)
{
  char shown[URL_SHOWN];

  if (!url)
    return NULL;
  mf_url_print(url, shown, sizeof(shown));
  return copy_text(journal, shown, ok);
}

static void copy_texts(const struct mf_journal *journal, const struct mf_texts *from, struct mf_texts *to, bool *ok)
{
  *to = (struct mf_texts){0};
  for (size_t i = 0; i < from->count && *ok; i++) {
    *ok = mf_texts_add(to, from->items[i]);
    if (*ok)
      mf_secrets_blot(journal->secrets, to->items[i], strlen(to->items[i]));
  }
}

/* Those that an event owns. */
static const char **each_text(struct mf_event *event, size_t index)
{
  const char **texts[] = {&event->method,     &event->url,     &event->target, &event->reason, &event->registry,
                          &event->repository, &event->granted, &event->proxy,  &event->address};

  return index < sizeof(texts) / sizeof(texts[0]) ? texts[index] : NULL;
}

struct mf_event *mf_event_drop(struct mf_event *event)
{
  struct mf_event *next = event ? event->next : NULL;

  if (!event)
    return NULL;
  for (size_t i = 0; each_text(event, i); i++)
    free((char *)*each_text(event, i));
  mf_texts_free(&event->headers);
  free(event);
  return next;
}

/* Makes all that EVENT borrows its own. False: memory is short, and it has what there was room for. */
static bool own_texts(const struct mf_journal *journal, struct mf_event *event)
{
  const struct mf_texts headers = event->headers;
  bool ok = true;

  for (size_t i = 0; each_text(event, i); i++) {
    const char **text = each_text(event, i);
    bool is_url = text == &event->url || (text == &event->target && event->kind == MF_EVENT_REDIRECT);

    *text = is_url ? copy_url(journal, *text, &ok) : copy_text(journal, *text, &ok);
  }
  copy_texts(journal, &headers, &event->headers, &ok);
  return ok;
}

void mf_journal_note(struct mf_journal *journal, const struct mf_event *event)
{
  struct mf_event *own;

  if (!journal->open)
    return;
  if (journal->counts && event->kind != MF_EVENT_RETRY) {
    journal->sent += event->kind == MF_EVENT_REQUEST;
    return;
  }
  own = malloc(sizeof(*own));
  if (!own)
    return;
  *own = *event;
  own->next = NULL;
  own->time = mf_clock_now();
  if (!own_texts(journal, own)) {
    mf_event_drop(own);
    return;
  }
  if (journal->last)
    journal->last->next = own;
  else
    journal->first = own;
  journal->last = own;
}

static double seconds_of(CURL *easy, CURLINFO which)
{
  curl_off_t microseconds = 0;

  curl_easy_getinfo(easy, which, &microseconds);
  return (double)microseconds / 1e6;
}

static const char *protocol_of(CURL *easy)
{
  long version = 0;

  curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &version);
  switch (version) {
  case CURL_HTTP_VERSION_1_0:
    return "HTTP/1.0";
  case CURL_HTTP_VERSION_1_1:
    return "HTTP/1.1";
  case CURL_HTTP_VERSION_2_0:
    return "HTTP/2";
  default:
    return NULL;
  }
}

/* How it was connected. The texts that are made for it go to ADDRESS and PROXY. */
static void add_connection(struct mf_event *event, const struct mf_transfer *transfer, char address[ADDRESS_SHOWN],
                           char proxy[URL_SHOWN])
{
  CURL *easy = transfer->easy;
  const char *peer = NULL;
  long port = 0;

  curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &peer);
  curl_easy_getinfo(easy, CURLINFO_PRIMARY_PORT, &port);
  if (peer && peer[0]) {
    snprintf(address, ADDRESS_SHOWN, strchr(peer, ':') ? "[%s]:%ld" : "%s:%ld", peer, port);
    event->address = address;
  }
  if (transfer->proxy) {
    mf_proxy_print(transfer->proxy, proxy, URL_SHOWN);
    event->proxy = proxy;
  }
  event->protocol = protocol_of(easy);
  event->tls = transfer->tls;
  event->expires = transfer->expires;
  event->looked_up = seconds_of(easy, CURLINFO_NAMELOOKUP_TIME_T);
  event->connected = seconds_of(easy, CURLINFO_CONNECT_TIME_T);
  event->secured = seconds_of(easy, CURLINFO_APPCONNECT_TIME_T);
}

/* Where memory is short, some are not told. libcurl leaves CR and LF where a value is empty. */
static void add_headers(struct mf_texts *headers, const struct mf_transfer *transfer)
{
  struct curl_header *header;

  for (size_t i = 0; i < sizeof(telling) / sizeof(*telling); i++)
    if (curl_easy_header(transfer->easy, telling[i], 0, CURLH_HEADER, -1, &header) == CURLHE_OK &&
        (unsigned char)header->value[0] > ' ')
      mf_texts_addf(headers, "%s: %s", telling[i], header->value);
}

void mf_journal_note_end(struct mf_journal *journal, const struct mf_event *event, const struct mf_transfer *transfer,
                         double sent)
{
  struct mf_event own = *event;
  char address[ADDRESS_SHOWN];
  char proxy[URL_SHOWN];
  curl_off_t up = 0, down = 0;

  if (!journal->open || journal->counts)
    return;
  curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_UPLOAD_T, &up);
  curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_DOWNLOAD_T, &down);
  own.kind = MF_EVENT_RESPONSE;
  own.status = mf_transfer_status(transfer);
  own.seconds = mf_clock_now() - sent;
  own.sent = up;
  own.received = down;
  add_connection(&own, transfer, address, proxy);
  if (!transfer->finished)
    own.reason = "given up";
  else if (transfer->result != CURLE_OK)
    own.reason = curl_easy_strerror(transfer->result);
  add_headers(&own.headers, transfer);
  mf_journal_note(journal, &own);
  mf_texts_free(&own.headers);
}

uint64_t mf_journal_number(struct mf_journal *journal)
{
  return ++journal->numbers;
}

struct mf_event *mf_journal_take(struct mf_journal *journal)
{
  struct mf_event *first = journal->first;

  journal->first = journal->last = NULL;
  return first;
}

void mf_journal_free(struct mf_journal *journal)
{
  while (journal->first)
    journal->first = mf_event_drop(journal->first);
  journal->last = NULL;
}
