/* No secret stands in a text any more once it was blotted, and nothing is written past its end. Lines: the secret, the
   text. */
#include "../csrc/base/blot.h"

#include "fuzz.h"

#define LEAST 8 /* bytes: a shorter one may be a part of any word */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static struct mf_secrets secrets;
  char *secret = own_text(data, size), *text = second_line(secret);
  size_t length = text ? strlen(text) : 0;

  if (text) {
    check(mf_secrets_add(&secrets, secret));
    mf_secrets_blot(&secrets, text, length);
    check(strlen(text) == length);
    if (strlen(secret) >= LEAST && !strchr(secret, '*'))
      check(!strstr(text, secret));
    mf_secrets_free(&secrets);
  }
  free(secret);
  return 0;
}
