/* The strict check in front of cJSON, which bends what it should refuse: RFC 8259 as every reader agrees on it
   (I-JSON). Refused beside bad grammar: duplicate keys, U+0000, half surrogate pairs, invalid UTF-8, a byte order mark,
   bytes after the value, integers beyond 2^53, floats beyond the double's range, and nesting deeper than 64. */
#ifndef MF_JSON_SCAN_H
#define MF_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/bytes.h"
#include "../base/problem.h"

#define MF_JSON_DEPTH 64 /* objects and arrays inside one another */

/* A number that was written with a fraction or an exponent. */
struct mf_json_float {
  size_t ordinal; /* which of the text's numbers it is, from 0 */
  size_t offset;  /* where its text starts */
};

/* Checks the text. Appends to FLOATS (unless NULL) a struct mf_json_float for each. False: not accepted; the problem
   says what is wrong at which byte, counted from 0, and repeats nothing of the text. */
bool mf_json_scan(const char *text, size_t length, struct mf_bytes *floats, struct mf_problem *problem);
/* Skips space, tab, line feed and carriage return: the blanks of JSON. */
const char *mf_json_skip_blanks(const char *at, const char *end);

#endif
