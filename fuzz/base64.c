/* What decodes must be exactly what encoding the result gives. */
#include "../csrc/base/base64.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
  if (!holds)
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct mf_bytes bytes, text;
  struct mf_problem problem;
  char *given = malloc(size + 1); /* a copy of its own, so that the sanitizer sees a read past its end */

  if (!given)
    return 0;
  if (size)
    memcpy(given, data, size);
  given[size] = '\0';

  mf_bytes_init(&bytes, SIZE_MAX / 4);
  mf_bytes_init(&text, SIZE_MAX / 4);
  if (mf_base64_decode(&bytes, given, size, &problem)) {
    check(mf_base64_encode(&text, bytes.data, bytes.length, &problem));
    check(text.length == size && (size == 0 || memcmp(text.data, data, size) == 0));
  }
  mf_bytes_free(&bytes);
  mf_bytes_free(&text);
  free(given);
  return 0;
}
