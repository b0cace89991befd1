/* Tokens that are still good. The key holds who they are for: two users never share one. */
#ifndef MF_TOKEN_CACHE_H
#define MF_TOKEN_CACHE_H

#include <stdbool.h>

#include "../credential/credentials.h"
#include "../header/scope.h"

/* What a token is bound to, beside its scopes. */
struct mf_token_key {
  char *realm;   /* URL */
  char *service; /* may be NULL */
  char identity[MF_CREDENTIALS_IDENTITY];
};

/* All zero is an empty one. */
struct mf_token_cache {
  struct mf_cached_token *entries;
};

void mf_token_cache_free(struct mf_token_cache *cache);
/* A live token under KEY whose scopes cover WANTED, or NULL. Valid until the cache changes. */
const char *mf_token_cache_find(const struct mf_token_cache *cache, const struct mf_token_key *key,
                                const struct mf_scopes *wanted);
/* Keeps a copy until SECONDS from now. A token under the same key and with no more scopes is replaced. */
bool mf_token_cache_add(struct mf_token_cache *cache, const struct mf_token_key *key, const struct mf_scopes *scopes,
                        const char *token, double seconds);
/* Forgets the token of exactly this text: the registry refused it. */
void mf_token_cache_drop(struct mf_token_cache *cache, const char *token);

/* Are two keys the same? */
bool mf_token_key_equal(const struct mf_token_key *one, const struct mf_token_key *other);
/* Makes an empty key one with strings of its own. False when memory is short; to be freed either way. */
bool mf_token_key_copy(struct mf_token_key *to, const struct mf_token_key *from);
void mf_token_key_free(struct mf_token_key *key);

#endif
