/* A bounded ring between two exchanges of one engine: one writes what it receives, the other sends it on.

   The last byte is held back until the writer has finished as complete, so bytes that do not hash right are never sent
   whole. Used by one thread; the sides pause when the ring is full or empty, and the engine resumes them. */
#ifndef MF_PIPE_H
#define MF_PIPE_H

#include <stddef.h>
#include <stdint.h>

#include "sink.h"
#include "source.h"

struct mf_pipe;

#define MF_PIPE_LEAST 32768 /* bytes: room for two of libcurl's pieces */

/* A ring of CAPACITY bytes (at least MF_PIPE_LEAST) for a body of SIZE bytes (-1: not known). The caller holds one
 * reference. */
struct mf_pipe *mf_pipe_new(size_t capacity, int64_t size);
void mf_pipe_release(struct mf_pipe *pipe);
/* Each side may be taken once; each holds a reference of its own. NULL when taken already or memory is short. */
struct mf_sink *mf_pipe_sink(struct mf_pipe *pipe);
struct mf_source *mf_pipe_source(struct mf_pipe *pipe);

#endif
