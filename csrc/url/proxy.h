/* Which proxy a URL goes through, decided here and told to libcurl (CURLOPT_PROXY, "" for none), so that libcurl never
   reads the environment itself. */
#ifndef MF_NO_PROXY_H
#define MF_NO_PROXY_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/environment.h"
#include "../base/texts.h"
#include "origin.h"

/* Sets PROXY to the proxy's URL (the caller frees and wipes it: it may hold a password), or NULL for a direct
   connection. A value that is not a proxy is skipped with a warning that does not show it. False only when memory is
   short. */
bool mf_proxy_for(const struct mf_origin *origin, const struct mf_environment *environment, char **proxy,
                  struct mf_texts *warnings);
/* Does a NO_PROXY list name the origin? Host names (with those below them), .suffixes, *.suffixes, IP addresses, CIDR,
   each with an optional :port; "*" names all. */
bool mf_no_proxy_matches(const char *list, const struct mf_origin *origin);
/* scheme://host:port of a proxy, without user and password. */
void mf_proxy_print(const char *proxy, char *text, size_t size);

#endif
