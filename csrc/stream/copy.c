#include "copy.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

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
  struct mf_sink *sink = to ? mf_sink_file(to, problem) : mf_sink_nowhere();
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

bool mf_copy_target(const char *folder, char path[PATH_MAX], struct mf_problem *problem)
{
  uint64_t random = 0;

  if (getrandom(&random, sizeof(random), 0) != sizeof(random))
    return mf_problem_errno(problem, "cannot name a file in", folder);
  if (snprintf(path, PATH_MAX, "%s/.manifest-%016" PRIx64, folder, random) >= PATH_MAX) {
    errno = ENAMETOOLONG;
    return mf_problem_errno(problem, "cannot name a file in", folder);
  }
  return true;
}

int mf_copy_scratch(const char *folder, struct mf_problem *problem)
{
  char path[PATH_MAX];
  int fd;

  if (!mf_copy_target(folder, path, problem))
    return -1;
  fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0)
    mf_problem_errno(problem, "cannot make a temporary file in", folder);
  else
    unlink(path);
  return fd;
}
