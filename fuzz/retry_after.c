/* A wait is -1 or a number of seconds that is not less than none, whatever Retry-After or RateLimit-Remaining say. */
#include <math.h>

#include "../csrc/answer/retry.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct mf_headers headers = {0};
  char *text = own_text(data, size), *more = second_line(text);
  double after = mf_retry_after(text, 1700000000), asked;

  check(after == -1 || (after >= 0 && isfinite(after)));
  if (mf_headers_add(&headers, "Retry-After", text) && more)
    mf_headers_add(&headers, "RateLimit-Remaining", more);
  asked = mf_retry_asked(&headers, 1700000000);
  check(asked >= -1 && !isnan(asked));
  mf_headers_free(&headers);
  free(text);
  return 0;
}
