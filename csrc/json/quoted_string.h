/* JSON strings on the level of their text: the strict check, and reading the bytes they stand for. */
#ifndef MF_JSON_STRING_H
#define MF_JSON_STRING_H

#include <stdbool.h>
#include <stddef.h>

/* Checks the string whose opening quote is before AT. Returns the place after its closing quote; or NULL, and then
   FAULT says what is wrong and WHERE is the byte. Refused: raw controls, unknown escapes, U+0000 (C text would end
   there), half a surrogate pair, and bytes that are not UTF-8. */
const char *mf_json_string_scan(const char *at, const char *end, const char **fault, const char **where);

/* Reads the decoded bytes of a checked string one by one. Start with .at after the opening quote, the rest zero. */
struct mf_json_string {
  const char *at;
  char pending[4]; /* bytes of an escape that are not yet given */
  size_t count, given;
};

/* The next byte, or -1 at the closing quote. */
int mf_json_string_next(struct mf_json_string *string);

#endif
