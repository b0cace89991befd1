/* Whether and when to try a request again. */
#ifndef MF_RETRY_H
#define MF_RETRY_H

#include <stdbool.h>
#include <time.h>

#include "../header/headers.h"

#define MF_RETRY_WAIT_LIMIT 60.0 /* seconds that a server may ask us to wait: more is a quota, not a hiccup */

/* True for statuses that may pass by themselves: 408, 425, 429, 499, 500, 502, 503, 504 and 52x. */
bool mf_retry_status(long status);
/* Seconds that a Retry-After value asks for (a number, or an HTTP date; Docker Hub sends seconds since 1970), 0 for a
   time that has passed, -1 when it is neither. NOW is the wall clock. */
double mf_retry_after(const char *value, time_t now);
/* Seconds that an answer asks us to wait, by its Retry-After or as the window of a quota that is used up
   ("RateLimit-Remaining: 0;w=21600"); -1 when it does not say. */
double mf_retry_asked(const struct mf_headers *headers, time_t now);
/* FIRST seconds, twice as many for each COUNT above 1, at most 10; of these LEAST to MOST, as chance has it, so that
   many who wait do not come back at once. */
double mf_retry_growing(int count, double first, double least, double most);
/* Seconds to wait before attempt ATTEMPT + 1 (ATTEMPT counts from 1): from half of FIRST * 2^(ATTEMPT-1), at most 10
   seconds, to the whole. At least half, so that four waits outlast a server that is restarted within a second. */
double mf_retry_backoff(int attempt, double first);

#endif
