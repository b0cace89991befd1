/* Header lines as libcurl takes them: one block of memory, which it only reads. */
#ifndef MF_LINES_H
#define MF_LINES_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

#include "../header/headers.h"

struct mf_lines {
  struct curl_slist *first;
  size_t size; /* bytes of the block */
};

/* The lines of a request: AGENT as User-Agent (NULL: none), and the headers. Of a header, libcurl prints each byte; of
   a User-Agent that it is told as such it does so twice. False: memory. */
bool mf_lines_make(struct mf_lines *lines, const struct mf_headers *headers, const char *agent, bool has_body);
/* Overwrites them, as an Authorization line may be among them, and frees them. */
void mf_lines_free(struct mf_lines *lines);

#endif
