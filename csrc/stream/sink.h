/* Where the bytes of a response body go: bounded memory, a file, nowhere, or a pipe into another exchange (pipe.h). */
#ifndef MF_SINK_H
#define MF_SINK_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/bytes.h"
#include "../base/problem.h"
#include "flow.h"

struct mf_sink {
  /* Takes all of DATA (OK), nothing of it (PAUSE: offer it again), or fails with the problem set. */
  enum mf_flow (*write)(struct mf_sink *sink, const char *data, size_t length, struct mf_problem *problem);
  /* Forgets what was taken, for another attempt from the first byte. False when that cannot be. */
  bool (*restart)(struct mf_sink *sink);
  /* After a PAUSE: would a write succeed now? After flush: would finish not wait? */
  bool (*ready)(const struct mf_sink *sink);
  /* NULL, or begins what finish would wait for (the disk) in a thread, which calls wake(CONTEXT) at its end. False: it
     cannot, and finish waits. */
  bool (*flush)(struct mf_sink *sink, void (*wake)(void *context), void *context);
  /* No more bytes come; COMPLETE tells whether all did, and whether they hash right. False: problem set. */
  bool (*finish)(struct mf_sink *sink, bool complete, struct mf_problem *problem);
  void (*free)(struct mf_sink *sink);
};

/* Appends to BYTES, which outlives the sink. NULL: keeps nothing, of a body that is only hashed on its way. */
struct mf_sink *mf_sink_memory(struct mf_bytes *bytes);
/* Writes a new file at PATH (must not exist), mode 0600; removed again unless finished as complete. */
struct mf_sink *mf_sink_file(const char *path, struct mf_problem *problem);
/* Fills the open file DESCRIPTOR, of which it has a copy: one of mf_file_scratch. */
struct mf_sink *mf_sink_scratch(int descriptor, struct mf_problem *problem);

#endif
