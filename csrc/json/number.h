/* JSON numbers on the level of their text: the grammar, and how a float is written. */
#ifndef MF_JSON_NUMBER_H
#define MF_JSON_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

#define MF_JSON_INTEGER_MAX 9007199254740992 /* 2^53: every reader agrees on integers up to here */
#define MF_JSON_NUMBER_TEXT 32               /* room for what mf_json_number_write writes */

struct mf_json_number {
  const char *end; /* after the last byte that belongs to it; on failure the byte that does not fit */
  bool fraction;   /* written with a fraction or an exponent */
};

/* Reads a number's text (RFC 8259) from AT. False when the grammar is broken before END. */
bool mf_json_number_scan(const char *at, const char *end, struct mf_json_number *number);
/* The shortest text that reads back as the same finite value; whole values up to 2^53 have no fraction, as Go writes
   them, and larger ones an exponent, because without it they would be integers that no reader keeps. The C locale must
   be on. Returns the length. */
size_t mf_json_number_write(double value, char text[MF_JSON_NUMBER_TEXT]);

#endif
