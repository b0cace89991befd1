/* A growing run of bytes with a mandatory limit: nothing that a server sends is kept without one. */
#ifndef MF_BYTES_H
#define MF_BYTES_H

#include <stdbool.h>
#include <stddef.h>

struct mf_bytes {
  char *data; /* NUL-terminated once anything was added; NULL when empty */
  size_t length;
  size_t capacity;
  size_t limit; /* most bytes it will hold */
  bool secret;  /* set before the first byte is added: memory is overwritten before it goes back to the heap */
};

/* Makes it empty: at most LIMIT bytes, no secret. */
void mf_bytes_init(struct mf_bytes *bytes, size_t limit);
/* Makes room for SIZE more bytes at once. False when memory is short or the limit would be passed. */
bool mf_bytes_reserve(struct mf_bytes *bytes, size_t size);
/* False when memory is short or the limit would be passed; the content is then as it was. */
bool mf_bytes_add(struct mf_bytes *bytes, const void *data, size_t length);
/* The same with a C string, without its NUL. */
bool mf_bytes_add_text(struct mf_bytes *bytes, const char *text);
/* Empties it and keeps the memory. */
void mf_bytes_clear(struct mf_bytes *bytes);
/* Frees the memory; safe twice. */
void mf_bytes_free(struct mf_bytes *bytes);

#endif
