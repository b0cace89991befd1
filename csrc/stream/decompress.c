#include "decompress.h"

#include <assert.h>
#include <limits.h>

bool mf_decompress_open(struct mf_decompress *decompress, const struct mf_decompress_format *format,
                        struct mf_problem *problem)
{
  *decompress = (struct mf_decompress){.format = format, .drained = true};
  decompress->stream = format->open(problem);
  return decompress->stream;
}

void mf_decompress_feed(struct mf_decompress *decompress, const void *bytes, size_t length)
{
  decompress->input = bytes;
  decompress->left = length;
  decompress->drained = decompress->drained && length == 0;
}

bool mf_decompress_read(struct mf_decompress *decompress, void *out, size_t capacity, size_t *got,
                        struct mf_problem *problem)
{
  *got = 0;
  /* Asked again without new input, a library would take it for the beginning of the next frame, or for a caller that
   * is stuck. */
  if (decompress->drained)
    return true;
  if (capacity > UINT_MAX)
    capacity = UINT_MAX;
  if (!decompress->format->read(decompress, out, capacity, got, problem))
    return false;
  assert(*got <= capacity);
  decompress->drained = *got < capacity;
  return true;
}

bool mf_decompress_complete(const struct mf_decompress *decompress)
{
  return decompress->ended;
}

void mf_decompress_close(struct mf_decompress *decompress)
{
  if (decompress->stream)
    decompress->format->close(decompress->stream);
  decompress->stream = NULL;
}
