/* Decompresses gzip piece by piece into the caller's memory: the digest of a layer's content, of any size, needs no
 * more. zlib is no new burden: libcurl brings it along already. */
#ifndef MF_GUNZIP_H
#define MF_GUNZIP_H

#include <stdbool.h>
#include <stddef.h>

#include "problem.h"

/* All zero is one that is not open; it may be embedded in another struct. */
struct mf_gunzip {
  void *stream; /* z_stream, or NULL */
  bool ended;   /* at the end of a member; the stream may have another one */
};

/* Starts in GUNZIP (which is not open). False: memory. */
bool mf_gunzip_open(struct mf_gunzip *gunzip, struct mf_problem *problem);
/* Gives it the next compressed bytes, at most UINT_MAX. They are borrowed until all of them have been read. */
void mf_gunzip_feed(struct mf_gunzip *gunzip, const void *bytes, size_t length);
/* Writes up to CAPACITY bytes and says how many; none: it needs more input. False: corrupt, or memory. */
bool mf_gunzip_read(struct mf_gunzip *gunzip, void *out, size_t capacity, size_t *got, struct mf_problem *problem);
/* Has it seen the end of the last member that was begun? Otherwise the input is cut short. */
bool mf_gunzip_complete(const struct mf_gunzip *gunzip);
/* Frees it; safe twice and on one that was never open. */
void mf_gunzip_close(struct mf_gunzip *gunzip);

#endif
