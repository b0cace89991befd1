/* What is followed is an http or https URL, and nothing but the same host goes from https to http. First line: the
   Location. Second line: the URL that answered. */
#include "../csrc/answer/redirect.h"

#include "fuzz.h"

#define HOST "registry.example.com" /* for messages */

static void check_target(const char *from, const char *target)
{
  struct mf_origin there, here;

  check(mf_origin_parse(target, &there) && mf_origin_parse(from, &here));
  check(strcmp(here.scheme, "https") != 0 || strcmp(there.scheme, "https") == 0);
  for (const char *byte = target; *byte; byte++)
    check((unsigned char)*byte > 0x20 && *byte != 0x7f);
}

static void follow(const char *method, long status, const char *url, const char *location)
{
  char warning[MF_REDIRECT_WARNING];
  struct mf_problem problem;
  char *target = mf_redirect_target(method, status, url, HOST, location, warning, &problem);

  if (target)
    check_target(url, target);
  else
    check(problem.code == MF_PROBLEM_REDIRECT);
  free(target);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  char warning[MF_REDIRECT_WARNING];
  struct mf_problem problem;
  char *text = own_text(data, size), *second = second_line(text), *target;
  struct mf_origin origin;
  const char *url = second && mf_origin_parse(second, &origin) ? second : "https://registry.example.com/v2/a/blobs/x";

  follow("GET", 307, url, text);
  follow("PUT", 303, url, text);
  target = mf_redirect_location(url, HOST, text, warning, &problem);
  if (target)
    check_target(url, target);
  free(target);
  free(text);
  return 0;
}
