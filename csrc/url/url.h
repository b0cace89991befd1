/* URLs as text: reference resolution and percent-encoding that leave every byte a server sent as it was. */
#ifndef MF_URL_H
#define MF_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/bytes.h"
#include "../base/problem.h"
#include "origin.h"

/* RELATIVE (a Location, a Link, a realm) against BASE (an absolute http(s) URL), joined by libcurl: its bytes are kept,
   dot segments of a relative one removed, a fragment dropped. The result passes mf_origin_parse. The caller frees it.
   NULL: problem (code redirect) without the URL. */
char *mf_url_join(const char *base, const char *relative, struct mf_problem *problem);
/* Adds VALUE with every byte outside A-Z a-z 0-9 - . _ ~ percent-encoded. False when memory or the limit ends. */
bool mf_url_encode(struct mf_bytes *bytes, const char *value);
/* URL without query, fragment and userinfo, for messages; cut to SIZE. */
void mf_url_print(const char *url, char *text, size_t size);

#endif
