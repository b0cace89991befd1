/* Whether and when to try a request again. */
#ifndef MF_RETRY_H
#define MF_RETRY_H

#include <stdbool.h>
#include <time.h>

/* True for statuses that may pass by themselves: 408, 425, 429, 499, 500, 502, 503, 504 and 52x. */
bool mf_retry_status(long status);
/* Seconds that a Retry-After value asks for (a number or an HTTP date), 0 for a date that has passed, -1 when it is
   neither. NOW is the wall clock. */
double mf_retry_after(const char *value, time_t now);
/* Seconds to wait before attempt ATTEMPT + 1 (ATTEMPT counts from 1): full jitter below FIRST * 2^(ATTEMPT-1), at most
   10 seconds. */
double mf_retry_backoff(int attempt, double first);

#endif
