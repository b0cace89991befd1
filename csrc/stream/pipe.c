#include "pipe.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum side { SIDE_FREE, SIDE_OPEN, SIDE_DONE, SIDE_BROKEN };

struct mf_pipe {
  struct mf_sink sink;
  struct mf_source source;
  int references;
  enum side writer;
  enum side reader;
  size_t capacity;
  size_t start; /* where the oldest byte lies */
  size_t fill;  /* bytes held */
  bool begun;   /* bytes have been taken out */
  char ring[];
};

static struct mf_pipe *of_sink(const struct mf_sink *sink)
{
  return (struct mf_pipe *)((char *)sink - offsetof(struct mf_pipe, sink));
}

static struct mf_pipe *of_source(const struct mf_source *source)
{
  return (struct mf_pipe *)((char *)source - offsetof(struct mf_pipe, source));
}

static size_t readable(const struct mf_pipe *pipe)
{
  if (pipe->writer == SIDE_DONE || pipe->fill == 0)
    return pipe->fill;
  return pipe->fill - 1; /* the byte that is held back */
}

static void put(struct mf_pipe *pipe, const char *data, size_t length)
{
  size_t end = (pipe->start + pipe->fill) % pipe->capacity;
  size_t first = pipe->capacity - end < length ? pipe->capacity - end : length;

  assert(pipe->start < pipe->capacity && length <= pipe->capacity - pipe->fill);
  memcpy(pipe->ring + end, data, first);
  memcpy(pipe->ring, data + first, length - first);
  pipe->fill += length;
}

static void take(struct mf_pipe *pipe, char *data, size_t length)
{
  size_t first = pipe->capacity - pipe->start < length ? pipe->capacity - pipe->start : length;

  assert(pipe->start < pipe->capacity && length <= pipe->fill);
  memcpy(data, pipe->ring + pipe->start, first);
  memcpy(data + first, pipe->ring, length - first);
  pipe->start = (pipe->start + length) % pipe->capacity;
  pipe->fill -= length;
}

/* ---- the writing side ---- */

static enum mf_flow write_pipe(struct mf_sink *sink, const char *data, size_t length, struct mf_problem *problem)
{
  struct mf_pipe *pipe = of_sink(sink);

  if (pipe->reader == SIDE_DONE || pipe->reader == SIDE_BROKEN) {
    mf_problem_set(problem, MF_PROBLEM_CANCELED, "the upload that these bytes were for has ended");
    return MF_FLOW_FAIL;
  }
  if (length > pipe->capacity / 2) {
    mf_problem_set(problem, MF_PROBLEM_TOO_LARGE, "a piece of %zu bytes does not pass a pipe of %zu", length,
                   pipe->capacity);
    return MF_FLOW_FAIL; /* it would be offered again for ever: see sink_ready */
  }
  if (length > pipe->capacity - pipe->fill)
    return MF_FLOW_PAUSE;
  put(pipe, data, length);
  return MF_FLOW_OK;
}

static bool cannot_restart(struct mf_sink *sink)
{
  (void)sink;
  return false;
}

static bool sink_ready(const struct mf_sink *sink)
{
  const struct mf_pipe *pipe = of_sink(sink);

  /* Half empty, not one byte: resuming a transfer costs more than a copy. */
  return pipe->reader == SIDE_DONE || pipe->reader == SIDE_BROKEN || pipe->fill <= pipe->capacity / 2;
}

static bool finish_pipe(struct mf_sink *sink, bool complete, struct mf_problem *problem)
{
  (void)problem;
  of_sink(sink)->writer = complete ? SIDE_DONE : SIDE_BROKEN;
  return true;
}

static void free_sink(struct mf_sink *sink)
{
  struct mf_pipe *pipe = of_sink(sink);

  if (pipe->writer == SIDE_OPEN)
    pipe->writer = SIDE_BROKEN;
  mf_pipe_release(pipe);
}

/* ---- the reading side ---- */

static enum mf_flow read_pipe(struct mf_source *source, char *data, size_t room, size_t *got,
                              struct mf_problem *problem)
{
  struct mf_pipe *pipe = of_source(source);
  size_t available = readable(pipe);

  if (pipe->writer == SIDE_BROKEN) {
    mf_problem_set(problem, MF_PROBLEM_CANCELED, "the download that feeds this upload failed");
    return MF_FLOW_FAIL;
  }
  if (available == 0 && pipe->writer == SIDE_DONE)
    return MF_FLOW_END;
  if (available == 0)
    return MF_FLOW_PAUSE;
  *got = available < room ? available : room;
  take(pipe, data, *got);
  pipe->begun = true;
  return MF_FLOW_OK;
}

static bool rewind_pipe(struct mf_source *source)
{
  return !of_source(source)->begun;
}

static bool source_ready(const struct mf_source *source)
{
  const struct mf_pipe *pipe = of_source(source);

  /* Half full, not one byte, for the same reason. A writer that waits has filled more than half: see write_pipe. */
  return pipe->writer == SIDE_DONE || pipe->writer == SIDE_BROKEN || readable(pipe) >= pipe->capacity / 2;
}

static void free_source(struct mf_source *source)
{
  struct mf_pipe *pipe = of_source(source);

  pipe->reader = SIDE_DONE;
  mf_pipe_release(pipe);
}

/* ---- both ---- */

struct mf_pipe *mf_pipe_new(size_t capacity, int64_t size)
{
  struct mf_pipe *pipe = calloc(1, sizeof(*pipe) + capacity);

  if (!pipe)
    return NULL;
  pipe->references = 1;
  pipe->capacity = capacity;
  pipe->sink = (struct mf_sink){write_pipe, cannot_restart, sink_ready, NULL, finish_pipe, free_sink};
  pipe->source = (struct mf_source){size, read_pipe, rewind_pipe, source_ready, free_source};
  return pipe;
}

void mf_pipe_release(struct mf_pipe *pipe)
{
  assert(pipe->references > 0);
  if (--pipe->references == 0)
    free(pipe);
}

struct mf_sink *mf_pipe_sink(struct mf_pipe *pipe)
{
  if (pipe->writer != SIDE_FREE)
    return NULL;
  pipe->writer = SIDE_OPEN;
  pipe->references++;
  return &pipe->sink;
}

struct mf_source *mf_pipe_source(struct mf_pipe *pipe)
{
  if (pipe->reader != SIDE_FREE)
    return NULL;
  pipe->reader = SIDE_OPEN;
  pipe->references++;
  return &pipe->source;
}
