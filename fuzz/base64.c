/* What decodes must be exactly what encoding the result gives. */
#include "../csrc/base/base64.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct mf_bytes bytes, text;
  struct mf_problem problem;
  char *given = own_text(data, size);

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
