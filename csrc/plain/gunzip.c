#include "gunzip.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

/* zlib's words for "the header and the trailer are gzip's", added to the size of the window. */
#define GZIP_ONLY 16

static bool fail(struct mf_problem *problem, const z_stream *stream, int status)
{
  if (status == Z_MEM_ERROR)
    return mf_problem_set(problem, MF_PROBLEM_MEMORY, "not enough memory to decompress");
  return mf_problem_set(problem, MF_PROBLEM_CORRUPT, "not gzip: %s", stream->msg ? stream->msg : "bad data");
}

bool mf_gunzip_open(struct mf_gunzip *gunzip, struct mf_problem *problem)
{
  z_stream *stream = calloc(1, sizeof(*stream));

  *gunzip = (struct mf_gunzip){0};
  if (!stream || inflateInit2(stream, MAX_WBITS + GZIP_ONLY) != Z_OK) {
    free(stream);
    return mf_problem_set(problem, MF_PROBLEM_MEMORY, "not enough memory to decompress");
  }
  gunzip->stream = stream;
  return true;
}

void mf_gunzip_feed(struct mf_gunzip *gunzip, const void *bytes, size_t length)
{
  z_stream *stream = gunzip->stream;

  stream->next_in = (z_const Bytef *)bytes;
  stream->avail_in = (uInt)length;
}

bool mf_gunzip_read(struct mf_gunzip *gunzip, void *out, size_t capacity, size_t *got, struct mf_problem *problem)
{
  z_stream *stream = gunzip->stream;

  if (capacity > UINT_MAX)
    capacity = UINT_MAX;
  *got = 0;
  stream->next_out = out;
  stream->avail_out = (uInt)capacity;
  do {
    int status;
    if (gunzip->ended && stream->avail_in > 0) {
      gunzip->ended = false;
      inflateReset(stream);
    }
    status = inflate(stream, Z_NO_FLUSH);
    if (status == Z_STREAM_END)
      gunzip->ended = true;
    else if (status != Z_OK && status != Z_BUF_ERROR)
      return fail(problem, stream, status);
  } while (gunzip->ended && stream->avail_in > 0 && stream->avail_out > 0);
  *got = capacity - stream->avail_out;
  return true;
}

bool mf_gunzip_complete(const struct mf_gunzip *gunzip)
{
  return gunzip->ended;
}

void mf_gunzip_close(struct mf_gunzip *gunzip)
{
  z_stream *stream = gunzip->stream;

  gunzip->stream = NULL;
  if (stream)
    inflateEnd(stream);
  free(stream);
}
