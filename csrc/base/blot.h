/* Secrets that were sent, and how they are written over where a server repeats them. */
#ifndef MF_BLOT_H
#define MF_BLOT_H

#include <stdbool.h>
#include <stddef.h>

#define MF_SECRETS 64 /* kept: of more, the one that was last added the longest time ago is forgotten */

#define MF_SPELLINGS 8

struct mf_secrets {
  struct mf_spellings {
    char *texts[MF_SPELLINGS]; /* the secret itself, hexadecimal, base64 in each place and alphabet */
    size_t sizes[MF_SPELLINGS];
  } items[MF_SECRETS];
  size_t count;
};

/* Remembers SECRET (NULL: none), once. All zero is an empty list. False when memory is short. */
bool mf_secrets_add(struct mf_secrets *secrets, const char *secret);
/* Overwrites and frees all; safe twice. */
void mf_secrets_free(struct mf_secrets *secrets);
/* Writes over every secret in the LENGTH bytes of TEXT, which is to be shown: as it is, in any case of letters, in
   hexadecimal or base64, with all of that escaped as in JSON, HTML or URLs, twice at most. One of a few bytes is left
   alone: it may be a part of any word. Where memory is short, all of TEXT is written over. */
void mf_secrets_blot(const struct mf_secrets *secrets, char *text, size_t length);

#endif
