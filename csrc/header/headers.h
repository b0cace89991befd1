/* Header lines: those we send and those that came back. Names compare without case. */
#ifndef MF_HEADERS_H
#define MF_HEADERS_H

#include <stdbool.h>
#include <stddef.h>

struct mf_header {
  char *name;
  char *value;
};

struct mf_headers {
  struct mf_header *items;
  size_t count;
};

/* Copies both. False when memory is short or either holds CR, LF or NUL in its text, or the name is no token. */
bool mf_headers_add(struct mf_headers *headers, const char *name, const char *value);
/* Copies what a server sent: a name that is no token is left out, a value ends at its first CR or LF (libcurl leaves
   them where the value is empty). False when memory is short. */
bool mf_headers_receive(struct mf_headers *headers, const char *name, const char *value);
/* The INDEXth value under NAME, or NULL. An empty one does not count. Where one value is meant, the first is taken,
   however many came. */
const char *mf_headers_get(const struct mf_headers *headers, const char *name, size_t index);
bool mf_headers_copy(struct mf_headers *to, const struct mf_headers *from);
void mf_headers_free(struct mf_headers *headers);
/* Frees, with every value overwritten first. */
void mf_headers_wipe(struct mf_headers *headers);

#endif
