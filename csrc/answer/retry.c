#include "retry.h"

#include <curl/curl.h>
#include <openssl/rand.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MOST_SECONDS 10.0
#define EPOCH_DIGITS 10 /* of seconds since 1970, from 2001 to 2286 */

bool mf_retry_status(long status)
{
  switch (status) {
  case 408:
  case 425:
  case 429:
  case 499:
  case 500:
  case 502:
  case 503:
  case 504:
    return true;
  default:
    return status >= 520 && status <= 529;
  }
}

/* The whole number of seconds that a text begins with, and how many DIGITS it has; -1 with none. */
static double seconds_of(const char *text, size_t *digits)
{
  *digits = strspn(text, "0123456789");
  if (*digits == 0)
    return -1;
  return *digits > 9 ? 1e9 : strtod(text, NULL);
}

double mf_retry_after(const char *value, time_t now)
{
  size_t digits;
  double seconds = seconds_of(value, &digits);
  bool is_number = digits > 0 && value[digits] == '\0';
  time_t date;

  if (is_number && digits != EPOCH_DIGITS)
    return seconds;
  date = is_number ? (time_t)strtoll(value, NULL, 10) : curl_getdate(value, NULL);
  if (date < 0)
    return -1;
  return date > now ? (double)(date - now) : 0;
}

double mf_retry_asked(const struct mf_headers *headers, time_t now)
{
  static const char used_up[] = "0;w=";
  const char *after = mf_headers_get(headers, "Retry-After", 0);
  const char *remaining = mf_headers_get(headers, "RateLimit-Remaining", 0);
  double seconds = after ? mf_retry_after(after, now) : -1;
  size_t digits;

  if (seconds <= 0 && remaining && strncmp(remaining, used_up, strlen(used_up)) == 0)
    return seconds_of(remaining + strlen(used_up), &digits);
  return seconds;
}

double mf_retry_growing(int count, double first, double least, double most)
{
  double seconds = first;
  uint32_t random = 0;

  for (int i = 1; i < count && seconds < MOST_SECONDS; i++)
    seconds *= 2;
  if (seconds > MOST_SECONDS)
    seconds = MOST_SECONDS;
  RAND_bytes((unsigned char *)&random, sizeof(random));
  return seconds * (least + (most - least) * (double)random / (double)UINT32_MAX);
}

double mf_retry_backoff(int attempt, double first)
{
  return mf_retry_growing(attempt, first, 0.5, 1);
}
