/* Digests of the registered algorithms: sha256, sha384 and sha512, in one call or piece by piece. */
#ifndef MF_HASH_H
#define MF_HASH_H

#include <stdbool.h>
#include <stddef.h>

#include "problem.h"

#define MF_HASH_HEX_MAX 128 /* hexadecimal digits of sha512, the longest */

/* A running digest. All zero is one that is not open; it may be embedded in another struct. */
struct mf_hash {
  void *context; /* EVP_MD_CTX, or NULL */
};

/* Writes the NUL-terminated lower-case digest of the bytes. False: unsupported algorithm, or memory. */
bool mf_hash_sum(const char *algorithm, const void *data, size_t length, char hex[MF_HASH_HEX_MAX + 1],
                 struct mf_problem *problem);
/* False, with the problem set, for an algorithm that is not supported. */
bool mf_hash_check(const char *algorithm, struct mf_problem *problem);
/* Starts a digest in HASH (which is not open). False as above; HASH is then not open. */
bool mf_hash_open(struct mf_hash *hash, const char *algorithm, struct mf_problem *problem);
bool mf_hash_update(struct mf_hash *hash, const void *data, size_t length, struct mf_problem *problem);
/* The digest of all bytes so far; more may follow. */
bool mf_hash_hex(const struct mf_hash *hash, char hex[MF_HASH_HEX_MAX + 1], struct mf_problem *problem);
/* Frees it; safe twice and on a hash that was never open. */
void mf_hash_close(struct mf_hash *hash);

#endif
