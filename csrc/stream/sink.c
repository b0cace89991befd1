#include "sink.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../file/descriptor.h"
#include "../file/flush.h"

#define BEHIND (1024 * 1024) /* bytes of a file after which the disk begins to write them */

static bool always_ready(const struct mf_sink *sink)
{
  (void)sink;
  return true;
}

/* ---- memory ---- */

struct memory_sink {
  struct mf_sink sink;
  struct mf_bytes *bytes; /* or NULL */
};

static enum mf_flow write_memory(struct mf_sink *sink, const char *data, size_t length, struct mf_problem *problem)
{
  struct mf_bytes *bytes = ((struct memory_sink *)sink)->bytes;

  if (!bytes || mf_bytes_add(bytes, data, length))
    return MF_FLOW_OK;
  mf_problem_set(problem, MF_PROBLEM_MEMORY, "out of memory");
  return MF_FLOW_FAIL;
}

static bool restart_memory(struct mf_sink *sink)
{
  struct mf_bytes *bytes = ((struct memory_sink *)sink)->bytes;

  if (bytes)
    mf_bytes_clear(bytes);
  return true;
}

static bool finish_memory(struct mf_sink *sink, bool complete, struct mf_problem *problem)
{
  (void)sink;
  (void)complete;
  (void)problem;
  return true;
}

static void free_memory(struct mf_sink *sink)
{
  free(sink);
}

struct mf_sink *mf_sink_memory(struct mf_bytes *bytes)
{
  struct memory_sink *sink = malloc(sizeof(*sink));

  if (!sink)
    return NULL;
  sink->sink = (struct mf_sink){write_memory, restart_memory, always_ready, NULL, finish_memory, free_memory};
  sink->bytes = bytes;
  return &sink->sink;
}

/* ---- file ---- */

struct file_sink {
  struct mf_sink sink;
  int descriptor;
  off_t written; /* bytes, and how many of them the disk has been told to write */
  off_t told;
  struct mf_flush flush;
  bool scratch;  /* without a name: nothing to remove, and not for keeps */
  pid_t process; /* the file is its own: a forked child leaves it alone */
  char path[];   /* or what it is, for messages */
};

/* Lets the disk write what has come while more of it comes, so that fsync need not wait for all. A mere hint: it may
   fail. */
static void write_behind(struct file_sink *file)
{
#ifdef SYNC_FILE_RANGE_WRITE
  if (file->scratch || file->written - file->told < BEHIND)
    return;
  sync_file_range(file->descriptor, file->told, file->written - file->told, SYNC_FILE_RANGE_WRITE);
#endif
  file->told = file->written;
}

static enum mf_flow write_file(struct mf_sink *sink, const char *data, size_t length, struct mf_problem *problem)
{
  struct file_sink *file = (struct file_sink *)sink;

  if (!mf_descriptor_write(file->descriptor, data, length)) {
    mf_problem_errno(problem, "cannot write", file->path);
    return MF_FLOW_FAIL;
  }
  file->written += (off_t)length;
  write_behind(file);
  return MF_FLOW_OK;
}

static bool restart_file(struct mf_sink *sink)
{
  struct file_sink *file = (struct file_sink *)sink;

  file->written = file->told = 0;
  return ftruncate(file->descriptor, 0) == 0 && lseek(file->descriptor, 0, SEEK_SET) == 0;
}

static bool close_file(struct file_sink *file, bool keep)
{
  int descriptor = file->descriptor;

  if (descriptor < 0)
    return true;
  mf_flush_end(&file->flush);
  file->descriptor = -1;
  if (!keep && !file->scratch && file->process == getpid())
    unlink(file->path);
  return mf_descriptor_close(descriptor);
}

static bool file_ready(const struct mf_sink *sink)
{
  return mf_flush_ended(&((const struct file_sink *)sink)->flush);
}

static bool flush_file(struct mf_sink *sink, void (*wake)(void *context), void *context)
{
  struct file_sink *file = (struct file_sink *)sink;

  return !file->scratch && mf_flush_begin(&file->flush, file->descriptor, wake, context);
}

/* errno tells why not. */
static bool on_disk(struct file_sink *file)
{
  return file->flush.begun ? mf_flush_end(&file->flush) : mf_descriptor_flush(file->descriptor);
}

static bool finish_file(struct mf_sink *sink, bool complete, struct mf_problem *problem)
{
  struct file_sink *file = (struct file_sink *)sink;

  if (complete && !file->scratch && !on_disk(file)) {
    mf_problem_errno(problem, "cannot flush", file->path);
    close_file(file, false);
    return false;
  }
  if (close_file(file, complete))
    return true;
  mf_problem_errno(problem, "cannot close", file->path);
  if (!file->scratch)
    unlink(file->path);
  return false;
}

static void free_file(struct mf_sink *sink)
{
  close_file((struct file_sink *)sink, false);
  free(sink);
}

/* A sink that has no descriptor yet; the name is PATH, or what messages call it. */
static struct file_sink *new_file(const char *path, bool scratch, struct mf_problem *problem)
{
  size_t size = strlen(path) + 1;
  struct file_sink *file = malloc(sizeof(*file) + size);

  if (!file) {
    mf_problem_set(problem, MF_PROBLEM_MEMORY, "out of memory");
    return NULL;
  }
  file->sink = (struct mf_sink){write_file, restart_file, file_ready, flush_file, finish_file, free_file};
  file->written = file->told = 0;
  file->flush = (struct mf_flush){.begun = false};
  file->scratch = scratch;
  file->process = getpid();
  memcpy(file->path, path, size);
  return file;
}

struct mf_sink *mf_sink_file(const char *path, struct mf_problem *problem)
{
  struct file_sink *file = new_file(path, false, problem);

  if (!file)
    return NULL;
  file->descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file->descriptor < 0) {
    mf_problem_errno(problem, "cannot create", path);
    free(file);
    return NULL;
  }
  return &file->sink;
}

struct mf_sink *mf_sink_scratch(int descriptor, struct mf_problem *problem)
{
  struct file_sink *file = new_file("a temporary file", true, problem);

  if (!file)
    return NULL;
  file->descriptor = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  if (file->descriptor < 0) {
    mf_problem_errno(problem, "cannot write", file->path);
    free(file);
    return NULL;
  }
  return &file->sink;
}
