#include "copy.h"

#include "../file/write_signals.h"
#include "sink.h"
#include "source.h"

static bool pump(struct mf_source *source, struct mf_sink *sink, struct mf_hash *hash, struct mf_problem *problem)
{
  char chunk[32768];

  for (;;) {
    size_t got = 0;
    enum mf_flow flow = source->read(source, chunk, sizeof(chunk), &got, problem);
    if (flow != MF_FLOW_OK)
      return flow == MF_FLOW_END;
    if (!mf_hash_update(hash, chunk, got, problem) || sink->write(sink, chunk, got, problem) != MF_FLOW_OK)
      return false;
  }
}

static bool copy_hashed(struct mf_source *source, const char *to, struct mf_hash *hash, char hex[MF_HASH_HEX_MAX + 1],
                        struct mf_problem *problem)
{
  struct mf_sink *sink = to ? mf_sink_file(to, problem) : mf_sink_memory(NULL);
  bool done;

  if (!sink)
    return to ? false : mf_problem_set(problem, MF_PROBLEM_MEMORY, "out of memory");
  done = pump(source, sink, hash, problem) && mf_hash_hex(hash, hex, problem) && sink->finish(sink, true, problem);
  sink->free(sink);
  return done;
}

bool mf_copy(const struct mf_part *from, const char *to, const char *algorithm, char hex[MF_HASH_HEX_MAX + 1],
             struct mf_problem *problem)
{
  struct mf_write_signals guard;
  struct mf_hash hash;
  struct mf_source *source;
  bool done;

  if (!mf_hash_open(&hash, algorithm, problem))
    return false;
  source = mf_source_file(from->path, from->offset, from->length, problem);
  mf_write_signals_hold(&guard);
  done = source && copy_hashed(source, to, &hash, hex, problem);
  mf_write_signals_release(&guard);
  if (source)
    source->free(source);
  mf_hash_close(&hash);
  return done;
}
