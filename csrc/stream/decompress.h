/* Decompresses gzip or zstd piece by piece into the caller's memory: the digest of a layer's content, of any size,
 * needs no more. zlib is no new burden, libcurl brings it along already; libzstd is used where the build found it. */
#ifndef MF_DECOMPRESS_H
#define MF_DECOMPRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/problem.h"

struct mf_decompress;

/* What a library does for one format; the functions below are for everybody else. */
struct mf_decompress_format {
  /* Starts a stream, or returns NULL. */
  void *(*open)(struct mf_problem *problem);
  /* Takes from `input` and writes to OUT until one of them is used up; sets `ended`. */
  bool (*read)(struct mf_decompress *decompress, void *out, size_t capacity, size_t *got, struct mf_problem *problem);
  void (*close)(void *stream);
};

extern const struct mf_decompress_format mf_gzip_format, mf_zstd_format;

/* All zero is one that is not open; it may be embedded in another struct. */
struct mf_decompress {
  const struct mf_decompress_format *format;
  void *stream; /* the library's, or NULL */
  const unsigned char *input;
  size_t left;  /* bytes of input not yet taken */
  bool drained; /* all that the input gave was read */
  bool ended;   /* at the end of a gzip member or a zstd frame; the stream may have another one */
};

/* Starts in DECOMPRESS (which is not open). False: memory, or a format that this build does not open. */
bool mf_decompress_open(struct mf_decompress *decompress, const struct mf_decompress_format *format,
                        struct mf_problem *problem);
/* Gives it the next compressed bytes, at most UINT_MAX. They are borrowed until all of them have been read. */
void mf_decompress_feed(struct mf_decompress *decompress, const void *bytes, size_t length);
/* Writes up to CAPACITY bytes and says how many; fewer: it needs more input. False: corrupt, memory, or a zstd window
 * that is too large. */
bool mf_decompress_read(struct mf_decompress *decompress, void *out, size_t capacity, size_t *got,
                        struct mf_problem *problem);
/* Has it seen the end of the last member or frame that was begun? Otherwise the input is cut short. */
bool mf_decompress_complete(const struct mf_decompress *decompress);
/* Frees it; safe twice and on one that was never open. */
void mf_decompress_close(struct mf_decompress *decompress);

#endif
