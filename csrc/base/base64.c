#include "base64.h"

#include <limits.h>
#include <openssl/evp.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static bool full(struct mf_problem *problem)
{
  return mf_problem_set(problem, MF_PROBLEM_MEMORY, "memory ran out around base64");
}

static bool bad(struct mf_problem *problem)
{
  return mf_problem_set(problem, MF_PROBLEM_INVALID_ARGUMENT, "not base64 (standard alphabet, padded, no blanks)");
}

static unsigned char *end_of(const struct mf_bytes *bytes)
{
  return (unsigned char *)bytes->data + bytes->length;
}

static void grown(struct mf_bytes *bytes, size_t length)
{
  bytes->length += length;
  bytes->data[bytes->length] = '\0';
}

bool mf_base64_encode(struct mf_bytes *out, const char *data, size_t length, struct mf_problem *problem)
{
  size_t size = (length + 2) / 3 * 4;

  if (length > INT_MAX / 2 || !mf_bytes_reserve(out, size))
    return full(problem);
  EVP_EncodeBlock(end_of(out), (const unsigned char *)data, (int)length);
  grown(out, size);
  return true;
}

/* OpenSSL passes over blanks, and knows no pads from zeros: what it would not have written is refused here. */
bool mf_base64_decode(struct mf_bytes *out, const char *text, size_t length, struct mf_problem *problem)
{
  size_t pads = 0;
  size_t size = length / 4 * 3;
  unsigned char *end;
  bool done;

  while (pads < 2 && pads < length && text[length - 1 - pads] == '=')
    pads++;
  if (length % 4 != 0 || strspn(text, alphabet) != length - pads)
    return bad(problem);
  if (length > INT_MAX || !mf_bytes_reserve(out, size))
    return full(problem);
  end = end_of(out);
  done = EVP_DecodeBlock(end, (const unsigned char *)text, (int)length) == (int)size;
  for (size_t i = size - pads; i < size; i++)
    done = done && end[i] == 0; /* bits under a pad would be lost, and two texts would mean the same bytes */
  grown(out, done ? size - pads : 0);
  return done || bad(problem);
}
