/* zstd, by libzstd where the build found it. */
#include "decompress.h"

#ifdef MF_ZSTD

#include <zstd.h>
#include <zstd_errors.h>

/* The window is the memory that a frame asks of its reader: at most 128 MiB, which is what the zstd program grants
 * unasked, so what was written for longer distances on purpose is refused. */
#define WINDOW_LOG_MAX 27

static void *open_stream(struct mf_problem *problem)
{
  ZSTD_DCtx *stream = ZSTD_createDCtx();

  if (stream && !ZSTD_isError(ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, WINDOW_LOG_MAX)))
    return stream;
  ZSTD_freeDCtx(stream);
  mf_problem_set(problem, MF_PROBLEM_MEMORY, "not enough memory to decompress");
  return NULL;
}

static bool fail(struct mf_problem *problem, size_t status)
{
  switch (ZSTD_getErrorCode(status)) {
  case ZSTD_error_memory_allocation:
    return mf_problem_set(problem, MF_PROBLEM_MEMORY, "not enough memory to decompress");
  case ZSTD_error_frameParameter_windowTooLarge:
    return mf_problem_set(problem, MF_PROBLEM_TOO_LARGE, "zstd with a window of more than %d MiB",
                          1 << (WINDOW_LOG_MAX - 20));
  default:
    return mf_problem_set(problem, MF_PROBLEM_CORRUPT, "not zstd: %s", ZSTD_getErrorName(status));
  }
}

static bool read_stream(struct mf_decompress *decompress, void *out, size_t capacity, size_t *got,
                        struct mf_problem *problem)
{
  ZSTD_inBuffer input = {decompress->input, decompress->left, 0};
  ZSTD_outBuffer output = {out, capacity, 0};

  while (output.pos < output.size && (input.pos < input.size || !decompress->ended)) {
    size_t taken = input.pos, written = output.pos;
    size_t status = ZSTD_decompressStream(decompress->stream, &output, &input);
    if (ZSTD_isError(status))
      return fail(problem, status);
    decompress->ended = status == 0;
    if (input.pos == taken && output.pos == written)
      break;
  }
  decompress->input += input.pos;
  decompress->left -= input.pos;
  *got = output.pos;
  return true;
}

static void close_stream(void *stream)
{
  ZSTD_freeDCtx(stream);
}

const struct mf_decompress_format mf_zstd_format = {open_stream, read_stream, close_stream};

#else

static void *refuse(struct mf_problem *problem)
{
  mf_problem_set(problem, MF_PROBLEM_UNSUPPORTED, "compressed with zstd, and this build has no libzstd");
  return NULL;
}

const struct mf_decompress_format mf_zstd_format = {.open = refuse};

#endif
