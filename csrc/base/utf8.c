#include "utf8.h"

#include <stdbool.h>

static bool within(const char *at, unsigned low, unsigned high)
{
  unsigned byte = (unsigned char)*at;

  return byte >= low && byte <= high;
}

static bool all_continue(const char *at, const char *end)
{
  for (; at < end; at++)
    if (!within(at, 0x80, 0xbf))
      return false;
  return true;
}

/* The second byte's range depends on the first: it is what keeps out overlong forms, surrogates and large values. */
static bool second_fits(const char *at)
{
  switch ((unsigned char)at[0]) {
  case 0xe0:
    return within(at + 1, 0xa0, 0xbf);
  case 0xed:
    return within(at + 1, 0x80, 0x9f);
  case 0xf0:
    return within(at + 1, 0x90, 0xbf);
  case 0xf4:
    return within(at + 1, 0x80, 0x8f);
  default:
    return within(at + 1, 0x80, 0xbf);
  }
}

size_t mf_utf8_length(const char *at, const char *end)
{
  size_t length;

  if (within(at, 0x00, 0x7f))
    return 1;
  if (within(at, 0xc2, 0xdf))
    length = 2;
  else if (within(at, 0xe0, 0xef))
    length = 3;
  else if (within(at, 0xf0, 0xf4))
    length = 4;
  else
    return 0;
  if ((size_t)(end - at) < length || !second_fits(at) || !all_continue(at + 2, at + length))
    return 0;
  return length;
}

size_t mf_utf8_encode(uint32_t code, char *out)
{
  size_t size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

  if (size == 1) {
    out[0] = (char)code;
    return 1;
  }
  for (size_t i = size - 1; i > 0; i--, code >>= 6)
    out[i] = (char)(0x80 | (code & 0x3f));
  out[0] = (char)((0xf00U >> size) | code);
  return size;
}
