/* Header lines: those we send and those that came back. Names compare without case. */
#ifndef MF_HEADERS_H
#define MF_HEADERS_H

#include <stdbool.h>
#include <stddef.h>

struct mf_header {
  char *name;
  char *value; /* in the same block of memory */
};

struct mf_headers {
  struct mf_header *items;
  size_t count;
  size_t room; /* for so many */
};

/* Copies both. False when memory is short or either holds CR, LF or NUL in its text, or the name is no token. */
bool mf_headers_add(struct mf_headers *headers, const char *name, const char *value);
/* Copies a header line as a server sent it, with its end: the name in lower case, the value without the blanks around
   it. One whose name is no token is left out, and so is what has none; what begins with a blank continues the line
   before it. False when memory is short. */
bool mf_headers_receive(struct mf_headers *headers, const char *line, size_t length);
/* The INDEXth value under NAME, or NULL. An empty one does not count. Where one value is meant, the first is taken,
   however many came. */
const char *mf_headers_get(const struct mf_headers *headers, const char *name, size_t index);
bool mf_headers_copy(struct mf_headers *to, const struct mf_headers *from);
void mf_headers_free(struct mf_headers *headers);
/* Frees, with every value overwritten first. */
void mf_headers_wipe(struct mf_headers *headers);

#endif
