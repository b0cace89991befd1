/* A list of owned strings: scopes, warnings, places that were looked at, certificate files, what is in a folder. */
#ifndef MF_TEXTS_H
#define MF_TEXTS_H

#include <stdbool.h>
#include <stddef.h>

struct mf_texts {
  char **items; /* each NUL-terminated and owned */
  size_t count;
};

/* Adds a copy. False when memory is short; the list is then as it was. All zero is an empty list. */
bool mf_texts_add(struct mf_texts *texts, const char *text);
/* Adds formatted text (at most 1023 bytes of it). */
bool mf_texts_addf(struct mf_texts *texts, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Adds a copy at its bytewise place, unless it is there. */
bool mf_texts_insert(struct mf_texts *texts, const char *text, size_t length);
/* Puts them into the order of their bytes. */
void mf_texts_sort(struct mf_texts *texts);
bool mf_texts_has(const struct mf_texts *texts, const char *text);
/* Frees all; safe twice. */
void mf_texts_free(struct mf_texts *texts);

#endif
