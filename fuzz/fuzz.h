/* What every fuzz target has: a property that must hold, and its input as a text of its own. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void check(bool holds)
{
  if (!holds)
    abort();
}

/* A copy with a NUL behind it, for free(): the sanitizer sees a read past its end. */
static inline char *own_text(const uint8_t *data, size_t size)
{
  char *text = malloc(size + 1);

  check(text);
  if (size)
    memcpy(text, data, size);
  text[size] = '\0';
  return text;
}

/* Ends TEXT at its first line end and returns what stands behind it, or NULL. */
static inline char *second_line(char *text)
{
  char *end = strchr(text, '\n');

  if (!end)
    return NULL;
  *end = '\0';
  return end + 1;
}

#endif
