/* A layer that is compressed, or claims to be: it is read in bounded pieces, in one feed as in many, and ends. */
#include "../csrc/stream/decompress.h"

#include "fuzz.h"

#define MOST (1 << 20) /* bytes that are looked at: a bomb has more */

struct outcome {
  bool good, complete;
  size_t bytes;
  unsigned sum;
};

/* Reads what the input gives so far. */
static bool drain(struct mf_decompress *decompress, struct outcome *outcome)
{
  unsigned char out[4096];
  struct mf_problem problem;
  size_t got = 0;

  do {
    if (!mf_decompress_read(decompress, out, sizeof(out), &got, &problem))
      return false;
    check(got <= sizeof(out));
    for (size_t i = 0; i < got; i++)
      outcome->sum = outcome->sum * 31 + out[i];
    outcome->bytes += got;
  } while (got == sizeof(out) && outcome->bytes < MOST);
  return true;
}

static struct outcome read_in(const uint8_t *data, size_t size, size_t piece, const struct mf_decompress_format *format)
{
  struct mf_decompress decompress = {0};
  struct outcome outcome = {.good = true};
  struct mf_problem problem;

  check(mf_decompress_open(&decompress, format, &problem));
  for (size_t at = 0; at < size && outcome.good && outcome.bytes < MOST; at += piece) {
    mf_decompress_feed(&decompress, data + at, size - at < piece ? size - at : piece);
    outcome.good = drain(&decompress, &outcome);
  }
  outcome.complete = outcome.good && mf_decompress_complete(&decompress);
  mf_decompress_close(&decompress);
  mf_decompress_close(&decompress);
  return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  const struct mf_decompress_format *formats[] = {&mf_gzip_format, &mf_zstd_format};

  for (size_t i = 0; i < 2; i++) {
    struct outcome whole = read_in(data, size, size + 1, formats[i]);
    struct outcome pieces = read_in(data, size, 7, formats[i]);

    if (whole.bytes < MOST && pieces.bytes < MOST)
      check(whole.complete == pieces.complete && (!whole.complete || whole.sum == pieces.sum));
  }
  return 0;
}
