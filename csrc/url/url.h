/* URLs as text: reference resolution and percent-encoding that leave every byte a server sent as it was. */
#ifndef MF_URL_H
#define MF_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/bytes.h"
#include "origin.h"
#include "../base/problem.h"

/* RELATIVE (a Location, a Link, a realm) against BASE (an absolute http(s) URL) after RFC 3986, section 5.2. Query
   bytes are kept, dot segments removed, a fragment dropped. The result passes mf_origin_parse. The caller frees it.
   NULL: problem (code redirect) without the URL's query. */
char *mf_url_join(const char *base, const char *relative, struct mf_problem *problem);
/* URL with "?name=value" or "&name=value" appended, the value percent-encoded, all else untouched. The caller frees it.
 */
char *mf_url_with_query(const char *url, const char *name, const char *value, struct mf_problem *problem);
/* Adds VALUE with every byte outside A-Z a-z 0-9 - . _ ~ percent-encoded. False when memory or the limit ends. */
bool mf_url_encode(struct mf_bytes *bytes, const char *value);
/* URL without query, fragment and userinfo, for messages; cut to SIZE. */
void mf_url_print(const char *url, char *text, size_t size);

#endif
