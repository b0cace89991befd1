#include "keys.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "quoted_string.h"

#define BUCKET_BITS 12
#define MANY 1000 /* keys for which buckets are worth their while */

struct key {
  uint64_t hash; /* sorts most keys apart without reading them again; equal hashes are settled by the text */
  const char *at;
};

static struct key *all(const struct mf_json_keys *keys)
{
  return (struct key *)(void *)keys->list.data;
}

/* FNV-1a over the decoded bytes. */
static uint64_t hash_of(const char *at)
{
  struct mf_json_string string = {.at = at};
  uint64_t hash = 14695981039346656037u;

  for (int byte = mf_json_string_next(&string); byte >= 0; byte = mf_json_string_next(&string))
    hash = (hash ^ (unsigned)byte) * 1099511628211u;
  return hash;
}

static int compare_text(const char *a, const char *b)
{
  struct mf_json_string left = {.at = a};
  struct mf_json_string right = {.at = b};

  for (;;) {
    int l = mf_json_string_next(&left);
    int r = mf_json_string_next(&right);

    if (l != r)
      return l < r ? -1 : 1;
    if (l < 0)
      return 0;
  }
}

static int compare_spelling(const struct key *a, const struct key *b)
{
  if (a->hash != b->hash)
    return a->hash < b->hash ? -1 : 1;
  return compare_text(a->at, b->at);
}

/* Equal keys stay in the order of the text, so that the later one is the one to blame. */
static int compare(const void *left, const void *right)
{
  const struct key *a = left;
  const struct key *b = right;
  int order = compare_spelling(a, b);

  if (order != 0)
    return order;
  return a->at < b->at ? -1 : a->at > b->at;
}

static uint32_t bucket_of(const struct key *key)
{
  return (uint32_t)(key->hash >> (64 - BUCKET_BITS));
}

/* Moves the keys to buckets by the first bits of their hashes, which leaves little to sort. False: no memory for it. */
static bool distribute(struct key *list, size_t count)
{
  size_t ends[(1 << BUCKET_BITS) + 1] = {0};
  struct key *copy = malloc(count * sizeof(*copy));

  if (!copy)
    return false;
  memcpy(copy, list, count * sizeof(*copy));
  for (size_t i = 0; i < count; i++)
    ends[bucket_of(&copy[i]) + 1]++;
  for (size_t i = 1; i <= 1 << BUCKET_BITS; i++)
    ends[i] += ends[i - 1];
  for (size_t i = 0; i < count; i++)
    list[ends[bucket_of(&copy[i])]++] = copy[i];
  free(copy);
  return true;
}

/* Equal keys come to stand beside one another. */
static void sort(struct key *list, size_t count)
{
  bool in_buckets = count > MANY && distribute(list, count);

  for (size_t begin = 0, end; begin < count; begin = end) {
    end = in_buckets ? begin + 1 : count;
    while (end < count && bucket_of(&list[end]) == bucket_of(&list[begin]))
      end++;
    if (end - begin > 1)
      qsort(list + begin, end - begin, sizeof(*list), compare);
  }
}

void mf_json_keys_init(struct mf_json_keys *keys)
{
  mf_bytes_init(&keys->list, SIZE_MAX / 4);
}

void mf_json_keys_free(struct mf_json_keys *keys)
{
  mf_bytes_free(&keys->list);
}

size_t mf_json_keys_count(const struct mf_json_keys *keys)
{
  return keys->list.length / sizeof(struct key);
}

bool mf_json_keys_add(struct mf_json_keys *keys, const char *at, uint64_t *hash)
{
  struct key key = {.hash = hash_of(at), .at = at};

  *hash = key.hash;
  return mf_bytes_add(&keys->list, &key, sizeof(key));
}

const char *mf_json_keys_close(struct mf_json_keys *keys, size_t mark)
{
  size_t count = mf_json_keys_count(keys) - mark;
  struct key *list = count > 0 ? all(keys) + mark : NULL;
  const char *first = NULL;

  assert(mark <= mf_json_keys_count(keys));
  sort(list, count);
  for (size_t i = 1; i < count; i++)
    if (compare_spelling(&list[i - 1], &list[i]) == 0 && (!first || list[i].at < first))
      first = list[i].at;
  keys->list.length = mark * sizeof(struct key);
  return first;
}
