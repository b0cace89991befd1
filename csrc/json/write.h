/* Writes JSON in the order it is told, byte for byte as Go's encoding/json would: the digest depends on it. */
#ifndef MF_JSON_WRITE_H
#define MF_JSON_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/bytes.h"
#include "../base/problem.h"

#define MF_JSON_WRITE_DEPTH 128 /* a report, or text that is kept as it stands, may be as deep below its own levels */

/* A writer is driven by the calls below, in the order of the text; commas, colons and line breaks are its own business.
   Each call returns false when it failed, and the problem then says why. The caller keeps containers balanced. */
struct mf_json_writer {
  struct mf_bytes *out;
  const char *indent; /* written once a level; "" writes no blanks at all */
  const char *prefix; /* written first in each line that is begun */
  bool html;          /* write < > & as escapes, as Go does unless told otherwise */
  struct mf_problem *problem;
  bool repair; /* write \ufffd for a byte that is not UTF-8, as Go does, rather than fail */
  bool report; /* it tells of something done, and must come out: it repairs, rounds integers beyond 2^53, and goes
                  deeper */
  /* The rest is the writer's own. */
  unsigned depth;
  bool objects[MF_JSON_WRITE_DEPTH]; /* of each level: it is an object */
  bool has_items;                    /* the innermost container has one already */
  bool after_key;
  bool verbatim; /* text is being kept as it stands */
};

/* A writer that appends to OUT. */
struct mf_json_writer mf_json_writer(struct mf_bytes *out, const char *indent, bool html, struct mf_problem *problem);
/* Opens an array or an object. False at more than MF_JSON_DEPTH levels, or MF_JSON_WRITE_DEPTH of a report. */
bool mf_json_open(struct mf_json_writer *writer, bool object);
bool mf_json_close(struct mf_json_writer *writer);
/* Bytes to a string; in an object it is a key where one is due. False when they are not UTF-8,
   unless the writer repairs, or hold a NUL, which our own reader refuses, but in a report. */
bool mf_json_string(struct mf_json_writer *writer, const char *bytes, size_t length);
bool mf_json_integer(struct mf_json_writer *writer, int64_t value);
/* VALUE is finite. */
bool mf_json_float(struct mf_json_writer *writer, double value);
/* true, false or null. */
bool mf_json_word(struct mf_json_writer *writer, const char *word);
/* Writes JSON text as one value: its tokens are kept byte for byte (but for html), the blanks between them replaced. It
   may be a level deeper than any text that is read, wherever it is written. False when the reader refuses it. */
bool mf_json_verbatim(struct mf_json_writer *writer, const char *text, size_t length);

#endif
