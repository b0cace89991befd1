/* Redirects are followed by hand, so that no secret follows them. */
#ifndef MF_REDIRECT_H
#define MF_REDIRECT_H

#include <stdbool.h>

#include "../base/problem.h"
#include "../url/origin.h"

#define MF_REDIRECT_LIMIT 10
#define MF_REDIRECT_WARNING (MF_ORIGIN_TEXT + 160)

bool mf_redirect_status(long status);
/* The absolute URL that an answer to METHOD at URL leads to by LOCATION (NULL: header missing), for free(). NULL with
   the problem set when it may not be followed: another method than GET or HEAD unless 307 or 308, another scheme than
   http and https, from https to http on another host. On the same host http is turned back into https: registries
   behind a TLS proxy often do not know their own scheme. WARNING then says so in one line; else it is empty. HOST is
   how messages name who answered: the URL itself may repeat a secret. */
char *mf_redirect_target(const char *method, long status, const char *url, const char *host, const char *location,
                         char warning[MF_REDIRECT_WARNING], struct mf_problem *problem);
/* The same rules for a URL that an upload's Location header names. */
char *mf_redirect_location(const char *url, const char *host, const char *location, char warning[MF_REDIRECT_WARNING],
                           struct mf_problem *problem);

#endif
