#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool always_ready(const struct mf_source *source)
{
  (void)source;
  return true;
}

/* ---- memory ---- */

struct memory_source {
  struct mf_source source;
  size_t position;
  char data[];
};

static enum mf_flow read_memory(struct mf_source *source, char *data, size_t room, size_t *got,
                                struct mf_problem *problem)
{
  struct memory_source *memory = (struct memory_source *)source;
  size_t left = (size_t)source->size - memory->position;

  (void)problem;
  *got = left < room ? left : room;
  if (*got == 0)
    return MF_FLOW_END;
  memcpy(data, memory->data + memory->position, *got);
  memory->position += *got;
  return MF_FLOW_OK;
}

static bool rewind_memory(struct mf_source *source)
{
  ((struct memory_source *)source)->position = 0;
  return true;
}

static void free_memory(struct mf_source *source)
{
  struct memory_source *memory = (struct memory_source *)source;

  OPENSSL_cleanse(memory->data, (size_t)source->size); /* a token server's form holds a password */
  free(memory);
}

struct mf_source *mf_source_memory(const void *data, size_t length)
{
  struct memory_source *memory = malloc(sizeof(*memory) + length);

  if (!memory)
    return NULL;
  memory->source = (struct mf_source){(int64_t)length, read_memory, rewind_memory, always_ready, free_memory};
  memory->position = 0;
  if (length)
    memcpy(memory->data, data, length);
  return &memory->source;
}

/* ---- file ---- */

struct file_source {
  struct mf_source source;
  int descriptor;
  int64_t offset;   /* where the body starts in the file */
  int64_t position; /* bytes of the body given so far */
  char path[];
};

static enum mf_flow read_file(struct mf_source *source, char *data, size_t room, size_t *got,
                              struct mf_problem *problem)
{
  struct file_source *file = (struct file_source *)source;
  int64_t left = source->size - file->position;
  size_t wanted = left < (int64_t)room ? (size_t)left : room;
  ssize_t count;

  if (wanted == 0)
    return MF_FLOW_END;
  do
    count = pread(file->descriptor, data, wanted, file->offset + file->position);
  while (count < 0 && errno == EINTR);
  if (count < 0) {
    mf_problem_errno(problem, "cannot read", file->path);
    return MF_FLOW_FAIL;
  }
  if (count == 0) {
    mf_problem_set(problem, MF_PROBLEM_IO, "%s became shorter while it was read", file->path);
    return MF_FLOW_FAIL;
  }
  *got = (size_t)count;
  file->position += count;
  return MF_FLOW_OK;
}

static bool rewind_file(struct mf_source *source)
{
  ((struct file_source *)source)->position = 0;
  return true;
}

static void free_file(struct mf_source *source)
{
  close(((struct file_source *)source)->descriptor);
  free(source);
}

/* Opens PATH and fills in descriptor and size; on failure nothing stays open. */
static bool open_file(struct file_source *file, int64_t length, struct mf_problem *problem)
{
  struct stat status;

  file->descriptor = open(file->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (file->descriptor < 0)
    return mf_problem_errno(problem, "cannot open", file->path);
  if (fstat(file->descriptor, &status) != 0)
    mf_problem_errno(problem, "cannot read", file->path);
  else if (!S_ISREG(status.st_mode))
    mf_problem_set(problem, MF_PROBLEM_IO, "%s is not a regular file", file->path);
  else if (file->offset < 0 || file->offset > status.st_size || length > status.st_size - file->offset)
    mf_problem_set(problem, MF_PROBLEM_IO, "%s is shorter than expected", file->path);
  else {
    file->source.size = length < 0 ? status.st_size - file->offset : length;
    return true;
  }
  close(file->descriptor);
  return false;
}

struct mf_source *mf_source_file(const char *path, int64_t offset, int64_t length, struct mf_problem *problem)
{
  size_t size = strlen(path) + 1;
  struct file_source *file = malloc(sizeof(*file) + size);

  if (!file) {
    mf_problem_set(problem, MF_PROBLEM_MEMORY, "out of memory");
    return NULL;
  }
  file->source = (struct mf_source){-1, read_file, rewind_file, always_ready, free_file};
  file->offset = offset;
  file->position = 0;
  memcpy(file->path, path, size);
  if (open_file(file, length, problem))
    return &file->source;
  free(file);
  return NULL;
}
