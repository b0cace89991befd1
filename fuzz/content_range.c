/* A body that comes in parts, whatever their Content-Range says: what is taken never passes its limit, and what is said
   to be whole has the digest. Each line is an attempt: its Content-Range, a tab, its bytes. */
#include <stdio.h>

#include "../csrc/answer/receipt.h"
#include "fuzz.h"

#define LIMIT 4096
#define DIGEST "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" /* of "hello" */

static bool attempt(struct mf_receipt *receipt, char *line)
{
  struct mf_problem problem;
  char *bytes = strchr(line, '\t');
  char range[MF_RECEIPT_RANGE];

  if (bytes)
    *bytes++ = '\0';
  mf_receipt_range(receipt, range);
  check(strlen(range) < sizeof(range));
  if (bytes && mf_receipt_take(receipt, line[0] ? 206 : 200, line[0] ? line : NULL, bytes, strlen(bytes), &problem) ==
                   MF_FLOW_FAIL)
    return false;
  check(receipt->received >= 0 && receipt->received <= LIMIT);
  mf_receipt_is_part(receipt);
  return mf_receipt_again(receipt, &problem);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct mf_bytes bytes, aside;
  struct mf_receipt receipt = {0};
  struct mf_problem problem;
  char *text = own_text(data, size), *line = text, digest[MF_HASH_HEX_MAX + 16];
  struct mf_sink *sink;

  mf_bytes_init(&bytes, LIMIT);
  mf_bytes_init(&aside, LIMIT);
  sink = mf_sink_memory(&bytes);
  check(sink && mf_receipt_init(&receipt, sink, size % 2 ? DIGEST : NULL, LIMIT, &aside, &problem));
  while (line) {
    char *next = second_line(line);
    if (!attempt(&receipt, line))
      break;
    line = next;
  }
  if (mf_receipt_check(&receipt, digest, sizeof(digest), &problem) && receipt.digest)
    check(bytes.length == 5 && memcmp(bytes.data, "hello", 5) == 0);
  check(bytes.length <= LIMIT);
  mf_receipt_free(&receipt);
  sink->free(sink);
  mf_bytes_free(&bytes);
  mf_bytes_free(&aside);
  free(text);
  return 0;
}
