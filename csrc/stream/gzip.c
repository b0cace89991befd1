/* gzip, by zlib. */
#include <stdlib.h>
#include <zlib.h>

#include "decompress.h"

/* zlib's words for "the header and the trailer are gzip's", added to the size of the window. */
#define GZIP_ONLY 16

static void *open_stream(struct mf_problem *problem)
{
  z_stream *stream = calloc(1, sizeof(*stream));

  if (stream && inflateInit2(stream, MAX_WBITS + GZIP_ONLY) == Z_OK)
    return stream;
  free(stream);
  mf_problem_set(problem, MF_PROBLEM_MEMORY, "not enough memory to decompress");
  return NULL;
}

static bool fail(struct mf_problem *problem, const z_stream *stream, int status)
{
  if (status == Z_MEM_ERROR)
    return mf_problem_set(problem, MF_PROBLEM_MEMORY, "not enough memory to decompress");
  return mf_problem_set(problem, MF_PROBLEM_CORRUPT, "not gzip: %s", stream->msg ? stream->msg : "bad data");
}

static bool read_stream(struct mf_decompress *decompress, void *out, size_t capacity, size_t *got,
                        struct mf_problem *problem)
{
  z_stream *stream = decompress->stream;

  stream->next_in = (z_const Bytef *)decompress->input;
  stream->avail_in = (uInt)decompress->left;
  stream->next_out = out;
  stream->avail_out = (uInt)capacity;
  do {
    int status;
    if (decompress->ended && stream->avail_in > 0) {
      decompress->ended = false;
      inflateReset(stream);
    }
    status = inflate(stream, Z_NO_FLUSH);
    if (status == Z_STREAM_END)
      decompress->ended = true;
    else if (status != Z_OK && status != Z_BUF_ERROR)
      return fail(problem, stream, status);
  } while (decompress->ended && stream->avail_in > 0 && stream->avail_out > 0);
  decompress->input = stream->next_in;
  decompress->left = stream->avail_in;
  *got = capacity - stream->avail_out;
  return true;
}

static void close_stream(void *stream)
{
  inflateEnd(stream);
  free(stream);
}

const struct mf_decompress_format mf_gzip_format = {open_stream, read_stream, close_stream};
