#include "token_cache.h"

#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/secret.h"

struct mf_cached_token {
  struct mf_cached_token *next;
  struct mf_token_key key;
  struct mf_scopes scopes;
  char *token;
  double expires;
};

static void free_entry(struct mf_cached_token *entry)
{
  mf_secret_free(entry->token);
  mf_token_key_free(&entry->key);
  mf_scopes_free(&entry->scopes);
  free(entry);
}

void mf_token_cache_free(struct mf_token_cache *cache)
{
  struct mf_cached_token *next;

  for (struct mf_cached_token *entry = cache->entries; entry; entry = next) {
    next = entry->next;
    free_entry(entry);
  }
  cache->entries = NULL;
}

static bool same_text(const char *one, const char *other)
{
  return one && other ? strcmp(one, other) == 0 : one == other;
}

bool mf_token_key_equal(const struct mf_token_key *one, const struct mf_token_key *other)
{
  return strcmp(one->realm, other->realm) == 0 && same_text(one->service, other->service) &&
         strcmp(one->identity, other->identity) == 0;
}

bool mf_token_key_copy(struct mf_token_key *to, const struct mf_token_key *from)
{
  to->realm = strdup(from->realm);
  to->service = from->service ? strdup(from->service) : NULL;
  memcpy(to->identity, from->identity, sizeof(to->identity));
  return to->realm && (to->service || !from->service);
}

void mf_token_key_free(struct mf_token_key *key)
{
  free(key->realm);
  free(key->service);
}

const char *mf_token_cache_find(const struct mf_token_cache *cache, const struct mf_token_key *key,
                                const struct mf_scopes *wanted)
{
  double now = mf_clock_now();

  for (const struct mf_cached_token *entry = cache->entries; entry; entry = entry->next)
    if (mf_token_key_equal(&entry->key, key) && entry->expires > now && mf_scopes_cover(&entry->scopes, wanted))
      return entry->token;
  return NULL;
}

/* Removes the entries for which the test holds: those that have run out, and those a new token makes needless. */
static void prune(struct mf_token_cache *cache, const struct mf_token_key *key, const struct mf_scopes *scopes)
{
  double now = mf_clock_now();
  struct mf_cached_token **link = &cache->entries;

  while (*link) {
    struct mf_cached_token *entry = *link;
    if (entry->expires <= now || (mf_token_key_equal(&entry->key, key) && mf_scopes_cover(scopes, &entry->scopes))) {
      *link = entry->next;
      free_entry(entry);
    } else {
      link = &entry->next;
    }
  }
}

bool mf_token_cache_add(struct mf_token_cache *cache, const struct mf_token_key *key, const struct mf_scopes *scopes,
                        const char *token, double seconds)
{
  struct mf_cached_token *entry = calloc(1, sizeof(*entry));

  if (!entry)
    return false;
  entry->token = strdup(token);
  entry->expires = mf_clock_now() + seconds;
  if (!mf_token_key_copy(&entry->key, key) || !entry->token || !mf_scopes_merge(&entry->scopes, scopes)) {
    free_entry(entry);
    return false;
  }
  prune(cache, key, scopes);
  entry->next = cache->entries;
  cache->entries = entry;
  return true;
}

void mf_token_cache_drop(struct mf_token_cache *cache, const char *token)
{
  struct mf_cached_token **link = &cache->entries;

  while (*link) {
    struct mf_cached_token *entry = *link;
    if (strcmp(entry->token, token) == 0) {
      *link = entry->next;
      free_entry(entry);
      return;
    }
    link = &entry->next;
  }
}
