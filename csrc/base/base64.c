#include "base64.h"

#include <stdint.h>
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

/* The six bits that a letter stands for, or -1. */
static int value_of(char letter)
{
  if (letter >= 'A' && letter <= 'Z')
    return letter - 'A';
  if (letter >= 'a' && letter <= 'z')
    return letter - 'a' + 26;
  if (letter >= '0' && letter <= '9')
    return letter - '0' + 52;
  if (letter == '+')
    return 62;
  return letter == '/' ? 63 : -1;
}

/* Joins the bits of four letters, the last PADS of them being pads. False when a letter is none. */
static bool join(const char *letters, size_t pads, uint32_t *bits)
{
  *bits = 0;
  for (size_t i = 0; i < 4; i++) {
    int value = i < 4 - pads ? value_of(letters[i]) : 0;

    if (value < 0)
      return false;
    *bits = *bits << 6 | (uint32_t)value;
  }
  /* Bits under a pad would be lost, and two texts would mean the same bytes. */
  return (*bits & ((1u << (8 * pads)) - 1)) == 0;
}

static size_t count_pads(const char *text, size_t length)
{
  if (length == 0 || text[length - 1] != '=')
    return 0;
  return text[length - 2] == '=' ? 2 : 1;
}

/* Up to three bytes as 24 bits, the missing ones zero. */
static uint32_t gather(const unsigned char *bytes, size_t count)
{
  uint32_t bits = 0;

  for (size_t i = 0; i < 3; i++)
    bits = bits << 8 | (i < count ? bytes[i] : 0u);
  return bits;
}

bool mf_base64_encode(struct mf_bytes *out, const void *data, size_t length, struct mf_problem *problem)
{
  const unsigned char *bytes = data;

  for (size_t i = 0; i < length; i += 3) {
    uint32_t bits = gather(bytes + i, length - i);
    char letters[4] = {'=', '=', '=', '='};

    for (size_t j = 0; j < 4 && j <= length - i; j++)
      letters[j] = alphabet[bits >> (18 - 6 * j) & 63];
    if (!mf_bytes_add(out, letters, sizeof(letters)))
      return full(problem);
  }
  return true;
}

bool mf_base64_decode(struct mf_bytes *out, const char *text, size_t length, struct mf_problem *problem)
{
  size_t pads;

  if (length % 4 != 0)
    return bad(problem);
  pads = count_pads(text, length);
  for (size_t i = 0; i < length; i += 4) {
    size_t last_pads = i + 4 == length ? pads : 0;
    uint32_t bits;
    unsigned char bytes[3];

    if (!join(text + i, last_pads, &bits))
      return bad(problem);
    bytes[0] = (unsigned char)(bits >> 16);
    bytes[1] = (unsigned char)(bits >> 8);
    bytes[2] = (unsigned char)bits;
    if (!mf_bytes_add(out, bytes, 3 - last_pads))
      return full(problem);
  }
  return true;
}
