/* Token scopes: sets of type:name:actions, normalised so that equal sets are equal texts. */
#ifndef MF_SCOPE_H
#define MF_SCOPE_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/bytes.h"
#include "../base/texts.h"

#define MF_SCOPES_MOST 64
#define MF_SCOPE_LENGTH 2048
#define MF_SCOPE_ACTIONS 32

struct mf_scope {
  char *resource;          /* "repository:host:5000/a/b": all before the last ':'; the whole text of any other form */
  struct mf_texts actions; /* sorted; "*" alone when it was added; none when the text has not three parts */
};

/* Each resource once: those that were demanded, then the others, each sorted bytewise. All zero: empty. */
struct mf_scopes {
  struct mf_scope *items;
  size_t count;
  size_t demanded; /* how many at the front were demanded */
};

/* Adds scopes (one, or several separated by spaces), merging actions of a resource that is there. Texts with control
   bytes or quotes, over-long ones and those beyond MF_SCOPES_MOST are left out. False only when memory is short. */
bool mf_scopes_add(struct mf_scopes *scopes, const char *text);
/* The same for all of another set. */
bool mf_scopes_merge(struct mf_scopes *scopes, const struct mf_scopes *other);
/* The same to an empty set, whose front they stay: some registries look at the first scope only. */
bool mf_scopes_demand(struct mf_scopes *scopes, const struct mf_scopes *other);
/* Puts "*" in the place of ACTION wherever that is asked for. The others stay beside it: they may be granted where "*"
   is not. False when it is nowhere asked for, or memory is short. */
bool mf_scopes_star(struct mf_scopes *scopes, const char *action);
/* Does a token granted HELD serve a request that needs WANTED? An empty WANTED is served by any. */
bool mf_scopes_cover(const struct mf_scopes *held, const struct mf_scopes *wanted);
/* One scope as text. */
bool mf_scope_print(const struct mf_scope *scope, struct mf_bytes *bytes);
/* All, space-joined, in their order (the POST form's scope field). */
bool mf_scopes_print(const struct mf_scopes *scopes, struct mf_bytes *bytes);
void mf_scopes_free(struct mf_scopes *scopes);

#endif
