/* WWW-Authenticate: a tolerant reader of what registries really send. A challenge that cannot be trusted is dropped,
   never guessed, and never takes the others with it. */
#ifndef MF_CHALLENGE_H
#define MF_CHALLENGE_H

#include <stdbool.h>
#include <stddef.h>

#include "scope.h"

#define MF_CHALLENGE_LINE 8192
#define MF_CHALLENGE_MOST 16
#define MF_CHALLENGE_PARAMETERS 32

enum mf_challenge_scheme { MF_CHALLENGE_BASIC, MF_CHALLENGE_BEARER, MF_CHALLENGE_OTHER };

struct mf_challenge {
  enum mf_challenge_scheme scheme;
  char name[24]; /* the scheme's name in lower case, cut */
  char *realm; /* Bearer: an absolute URL that passes mf_origin_parse, or NULL (then not usable). Basic: text or NULL */
  char *service; /* or NULL */
  char *error;   /* such as "insufficient_scope", or NULL */
  struct mf_scopes scopes;
};

/* All zero is an empty list. */
struct mf_challenges {
  struct mf_challenge items[MF_CHALLENGE_MOST];
  size_t count;
  size_t dropped; /* how many were malformed, or Bearer without a usable realm */
};

/* Adds the challenges of one header line; call it once for each WWW-Authenticate line. REQUEST_URL: the effective URL
   of the request, against which a relative realm is resolved. False only when memory is short. */
bool mf_challenges_add(struct mf_challenges *challenges, const char *line, size_t length, const char *request_url);
/* The one challenge to answer: Bearer when usable, else Basic when there is a user and password, else NULL. */
const struct mf_challenge *mf_challenges_choose(const struct mf_challenges *challenges, bool have_password);
/* "bearer, basic, 1 malformed": what was offered, for the error when none can be answered; "nothing" when that is so.
 */
void mf_challenges_print(const struct mf_challenges *challenges, char *text, size_t size);
void mf_challenges_free(struct mf_challenges *challenges);

#endif
