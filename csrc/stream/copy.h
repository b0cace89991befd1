/* Copies a file of any size in bounded memory, hashed on the way and flushed to the disk. */
#ifndef MF_COPY_H
#define MF_COPY_H

#include <stdbool.h>
#include <stdint.h>

#include "../base/hash.h"
#include "../base/problem.h"

/* A part of a regular file. */
struct mf_part {
  const char *path;
  int64_t offset;
  int64_t length; /* -1: up to its end */
};

/* Copies FROM to the file TO, which must not exist; it gets mode 0600 and is removed again on failure. TO may be NULL:
   then the bytes are only read. HEX receives their digest. */
bool mf_copy(const struct mf_part *from, const char *to, const char *algorithm, char hex[MF_HASH_HEX_MAX + 1],
             struct mf_problem *problem);

#endif
