/* Where the bytes of a request body come from: memory, a file, or a pipe out of another exchange (pipe.h). */
#ifndef MF_SOURCE_H
#define MF_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/problem.h"
#include "flow.h"

struct mf_source {
  int64_t size; /* bytes in all, or -1 when not known */
  /* Fills up to ROOM bytes and tells how many (OK), or PAUSE, END, or FAIL with the problem set. */
  enum mf_flow (*read)(struct mf_source *source, char *data, size_t room, size_t *got, struct mf_problem *problem);
  /* Starts again at the first byte, for another attempt. False when that cannot be. */
  bool (*rewind)(struct mf_source *source);
  /* After a PAUSE: would a read succeed now? */
  bool (*ready)(const struct mf_source *source);
  void (*free)(struct mf_source *source);
};

/* Reads a copy of DATA; NULL when memory is short. */
struct mf_source *mf_source_memory(const void *data, size_t length);
/* Reads LENGTH bytes of the regular file PATH from OFFSET on (LENGTH -1: to its end). */
struct mf_source *mf_source_file(const char *path, int64_t offset, int64_t length, struct mf_problem *problem);

#endif
