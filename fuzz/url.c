/* What is encoded for a query holds only harmless bytes, and what a message shows of a URL neither user nor query. */
#include "../csrc/url/url.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static const char kept[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%";
  char *text = own_text(data, size), printed[80];
  struct mf_bytes bytes;

  mf_bytes_init(&bytes, SIZE_MAX / 4);
  check(mf_url_encode(&bytes, text));
  if (bytes.data)
    check(strspn(bytes.data, kept) == bytes.length && bytes.length >= strlen(text));
  mf_url_print(text, printed, sizeof(printed));
  check(strlen(printed) < sizeof(printed) && !strchr(printed, '?') && !strchr(printed, '#'));
  mf_bytes_free(&bytes);
  free(text);
  return 0;
}
