#include "redirect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../url/url.h"

bool mf_redirect_status(long status)
{
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* The URL over https. A port that was only http's own gives way to that of the origin it came from. */
static char *with_https(char *url, const struct mf_origin *from, const struct mf_origin *to)
{
  struct mf_origin secure = *to;
  char host[MF_ORIGIN_TEXT];
  const char *path = url + strlen("http://");
  size_t size;
  char *text;

  snprintf(secure.scheme, sizeof(secure.scheme), "https");
  secure.port = to->port == 80 ? from->port : to->port;
  mf_origin_print(&secure, host);
  path += strcspn(path, "/?");
  size = strlen("https://") + strlen(host) + strlen(path) + 1;
  text = malloc(size);
  if (text)
    snprintf(text, size, "https://%s%s", host, path);
  free(url);
  return text;
}

static void refuse(struct mf_problem *problem, const char *host, const char *why)
{
  mf_problem_set(problem, MF_PROBLEM_REDIRECT, "%s sent a URL that %s", host, why);
  snprintf(problem->host, sizeof(problem->host), "%s", host);
}

static void warn_of_http(const char *host, char warning[MF_REDIRECT_WARNING])
{
  snprintf(warning, MF_REDIRECT_WARNING,
           "%s, asked over https, names URLs of its own with http: they are asked over https (does the proxy before it "
           "lack X-Forwarded-Proto?)",
           host);
}

/* Checks the joined URL TARGET, and turns it back into https where that is how it was reached. Frees it on failure. */
static char *checked(const char *url, const char *host, char *target, char warning[MF_REDIRECT_WARNING],
                     struct mf_problem *problem)
{
  struct mf_origin from;
  struct mf_origin to;

  if (!mf_origin_parse(url, &from))
    mf_problem_set(problem, MF_PROBLEM_INVALID_ARGUMENT, "not a URL that can be requested");
  else if (!mf_origin_parse(target, &to))
    refuse(problem, host, "cannot be followed (not plain http or https, or with a user name or fragment)");
  else if (strcmp(from.scheme, "https") != 0 || strcmp(to.scheme, "https") == 0)
    return target;
  else if (strcmp(from.host, to.host) != 0)
    refuse(problem, host, "leads from https to http on another host");
  else {
    warn_of_http(host, warning);
    return with_https(target, &from, &to);
  }
  free(target);
  return NULL;
}

char *mf_redirect_location(const char *url, const char *host, const char *location, char warning[MF_REDIRECT_WARNING],
                           struct mf_problem *problem)
{
  char *target;

  warning[0] = '\0';
  if (!location || !location[0]) {
    mf_problem_set(problem, MF_PROBLEM_REDIRECT, "the answer lacks the Location header that says where to go on");
    return NULL;
  }
  mf_problem_set(problem, MF_PROBLEM_MEMORY, "out of memory");
  target = mf_url_join(url, location, problem);
  return target ? checked(url, host, target, warning, problem) : NULL;
}

char *mf_redirect_target(const char *method, long status, const char *url, const char *host, const char *location,
                         char warning[MF_REDIRECT_WARNING], struct mf_problem *problem)
{
  bool reads = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;

  warning[0] = '\0';
  if (!reads && status != 307 && status != 308) {
    mf_problem_set(problem, MF_PROBLEM_REDIRECT, "%s was answered by a %ld redirect, which would lose what it sends",
                   method, status);
    return NULL;
  }
  return mf_redirect_location(url, host, location, warning, problem);
}
