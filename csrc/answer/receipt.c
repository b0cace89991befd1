#include "receipt.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool mf_receipt_init(struct mf_receipt *receipt, struct mf_sink *sink, const char *digest, size_t limit,
                     struct mf_bytes *error_body, struct mf_problem *problem)
{
  const char *colon = digest ? strchr(digest, ':') : NULL;
  size_t length = colon ? (size_t)(colon - digest) : strlen("sha256");

  *receipt = (struct mf_receipt){.sink = sink, .digest = digest, .limit = limit, .error_body = error_body};
  if (length >= sizeof(receipt->algorithm))
    length = sizeof(receipt->algorithm) - 1;
  memcpy(receipt->algorithm, colon ? digest : "sha256", length);
  return mf_hash_check(receipt->algorithm, problem);
}

static bool start_again(struct mf_receipt *receipt, struct mf_problem *problem)
{
  if (!receipt->sink->restart(receipt->sink))
    return mf_problem_set(problem, MF_PROBLEM_NETWORK, "the answer broke off and was already passed on");
  receipt->received = 0;
  mf_hash_close(&receipt->hash);
  return true;
}

bool mf_receipt_again(struct mf_receipt *receipt, struct mf_problem *problem)
{
  mf_bytes_clear(receipt->error_body);
  receipt->open = receipt->has_enough = false;
  receipt->skip = receipt->total = 0;
  return receipt->received == 0 || receipt->digest || receipt->length > 0 || start_again(receipt, problem);
}

/* Where the next attempt is to begin. */
static int64_t offset_of(const struct mf_receipt *receipt)
{
  return receipt->whole ? 0 : receipt->first + receipt->received;
}

bool mf_receipt_asks_part(const struct mf_receipt *receipt)
{
  return offset_of(receipt) > 0 || (!receipt->whole && receipt->length > 0);
}

void mf_receipt_range(const struct mf_receipt *receipt, char text[MF_RECEIPT_RANGE])
{
  int64_t offset = offset_of(receipt);

  text[0] = '\0';
  if (!mf_receipt_asks_part(receipt))
    return;
  if (receipt->length > 0)
    snprintf(text, MF_RECEIPT_RANGE, "bytes=%" PRId64 "-%" PRId64, offset, receipt->first + receipt->length - 1);
  else
    snprintf(text, MF_RECEIPT_RANGE, "bytes=%" PRId64 "-", offset);
}

/* Reads a decimal number that ends with STOP and moves past it. -1: there is none, or it is out of range. */
static int64_t take_number(const char **text, char stop)
{
  char *end;
  long long number;

  if (**text < '0' || **text > '9')
    return -1;
  errno = 0;
  number = strtoll(*text, &end, 10);
  if (errno != 0 || *end != stop)
    return -1;
  *text = end + 1;
  return number;
}

/* Reads the header of a 206 answer: the offset at which it starts, or -1, and the size of the whole, 0 when that is not
   told. */
static int64_t range_start(const char *content_range, int64_t *total)
{
  static const char unit[] = "bytes ";
  int64_t first, last;

  *total = 0;
  if (!content_range || strncmp(content_range, unit, strlen(unit)) != 0)
    return -1;
  content_range += strlen(unit);
  first = take_number(&content_range, '-');
  last = first < 0 ? -1 : take_number(&content_range, '/');
  if (last < first || first < 0)
    return -1;
  if (strcmp(content_range, "*") == 0)
    return first;
  *total = take_number(&content_range, '\0');
  return *total > last ? first : -1;
}

/* Decides from the first piece of an attempt where its bytes belong. A range that is not the one asked for makes the
   next attempt ask for the whole. */
static bool open_attempt(struct mf_receipt *receipt, long status, const char *content_range, struct mf_problem *problem)
{
  int64_t offset = offset_of(receipt);
  bool is_part = mf_receipt_asks_part(receipt);
  int64_t total;

  receipt->open = true;
  if (status != 206) {
    receipt->skip = receipt->first + receipt->received;
    return true;
  }
  if (is_part && range_start(content_range, &total) == offset) {
    receipt->total = total > receipt->first ? total - receipt->first : 0;
    if (receipt->length > 0 && receipt->length < receipt->total)
      receipt->total = receipt->length;
    return true;
  }
  mf_problem_set(problem, MF_PROBLEM_NETWORK, "the answer is another part of the body than the one asked for");
  problem->retryable = is_part;
  receipt->whole = true;
  return false;
}

static enum mf_flow pass_on(struct mf_receipt *receipt, const char *data, size_t length, struct mf_problem *problem)
{
  size_t wanted = receipt->length > 0 ? (size_t)(receipt->length - receipt->received) : length;
  bool enough = wanted < length; /* a server that knows no ranges goes on to the end */
  enum mf_flow flow;

  assert(receipt->received >= 0 && (uint64_t)receipt->received <= receipt->limit);
  if (enough)
    length = wanted;
  if (length > receipt->limit - (size_t)receipt->received) {
    mf_problem_set(problem, MF_PROBLEM_TOO_LARGE, "the answer is larger than %zu bytes", receipt->limit);
    return MF_FLOW_FAIL;
  }
  flow = receipt->sink->write(receipt->sink, data, length, problem);
  if (flow != MF_FLOW_OK)
    return flow;
  receipt->received += (int64_t)length;
  /* Opened here: most answers have no body. */
  if (!receipt->hash.context && !mf_hash_open(&receipt->hash, receipt->algorithm, problem))
    return MF_FLOW_FAIL;
  if (!mf_hash_update(&receipt->hash, data, length, problem))
    return MF_FLOW_FAIL;
  receipt->has_enough = enough;
  return enough ? MF_FLOW_FAIL : MF_FLOW_OK;
}

enum mf_flow mf_receipt_take(struct mf_receipt *receipt, long status, const char *content_range, const char *data,
                             size_t length, struct mf_problem *problem)
{
  size_t seen;
  enum mf_flow flow;

  if (status < 200 || status > 299) {
    size_t room = receipt->error_body->limit - receipt->error_body->length;
    mf_bytes_add(receipt->error_body, data, length < room ? length : room);
    receipt->has_enough = length > room;
    return receipt->has_enough ? MF_FLOW_FAIL : MF_FLOW_OK;
  }
  if (!receipt->open && !open_attempt(receipt, status, content_range, problem))
    return MF_FLOW_FAIL;
  seen = receipt->skip < (int64_t)length ? (size_t)receipt->skip : length;
  if (seen == length) {
    receipt->skip -= (int64_t)seen;
    return MF_FLOW_OK;
  }
  flow = pass_on(receipt, data + seen, length - seen, problem);
  if (flow == MF_FLOW_OK)
    receipt->skip -= (int64_t)seen;
  return flow;
}

bool mf_receipt_is_part(const struct mf_receipt *receipt)
{
  return receipt->received < receipt->total;
}

bool mf_receipt_check(const struct mf_receipt *receipt, char *text, size_t room, struct mf_problem *problem)
{
  char hex[MF_HASH_HEX_MAX + 1];

  if (!(receipt->hash.context ? mf_hash_hex(&receipt->hash, hex, problem)
                              : mf_hash_sum(receipt->algorithm, "", 0, hex, problem)))
    return false;
  snprintf(text, room, "%s:%s", receipt->algorithm, hex);
  if (!receipt->digest || strcmp(receipt->digest, text) == 0)
    return true;
  return mf_problem_set(problem, MF_PROBLEM_DIGEST_MISMATCH,
                        "the bytes received for %s hash to %s: the registry or something on the way changed them",
                        receipt->digest, text);
}

bool mf_receipt_restart(struct mf_receipt *receipt, struct mf_problem *problem)
{
  struct mf_problem ignored;

  if (receipt->restarted || !start_again(receipt, &ignored))
    return false;
  mf_problem_clear(problem);
  receipt->restarted = true;
  return true;
}

bool mf_receipt_finish(struct mf_receipt *receipt, struct mf_problem *problem)
{
  receipt->ended = true;
  return receipt->sink->finish(receipt->sink, true, problem);
}

void mf_receipt_free(struct mf_receipt *receipt)
{
  struct mf_problem ignored;

  if (!receipt->ended && receipt->sink)
    receipt->sink->finish(receipt->sink, false, &ignored);
  receipt->ended = true;
  mf_hash_close(&receipt->hash);
}
