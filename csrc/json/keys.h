/* The keys of the objects that a scan is inside of, to find those that occur twice. */
#ifndef MF_JSON_KEYS_H
#define MF_JSON_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/bytes.h"

struct mf_json_keys {
  struct mf_bytes list; /* of struct key, innermost object last */
};

void mf_json_keys_init(struct mf_json_keys *keys);
void mf_json_keys_free(struct mf_json_keys *keys);
/* How many keys are held: a mark to close an object with later. */
size_t mf_json_keys_count(const struct mf_json_keys *keys);
/* Adds a key, given as the place after its opening quote in text that has been checked and stays, and tells its hash.
   False: memory. */
bool mf_json_keys_add(struct mf_json_keys *keys, const char *at, uint64_t *hash);
/* Forgets the keys added since the mark, and returns the first in the text that says again what one before it said, or
   NULL. Keys are compared as decoded. Takes n log n comparisons for n keys, whatever the keys are. */
const char *mf_json_keys_close(struct mf_json_keys *keys, size_t mark);

#endif
