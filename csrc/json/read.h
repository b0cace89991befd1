/* Reads JSON token by token, and strictly: RFC 8259 as every reader agrees on it (I-JSON). Refused beside bad grammar:
   duplicate keys, U+0000, half surrogate pairs, invalid UTF-8, a byte order mark, bytes after the value, integers
   beyond 2^53, floats beyond the double's range, nesting deeper than 64, and more than MF_JSON_VALUES or
   MF_JSON_COSTLY (MF_PROBLEM_TOO_LARGE). */
#ifndef MF_JSON_READ_H
#define MF_JSON_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/bytes.h"
#include "../base/problem.h"
#include "keys.h"

#define MF_JSON_DEPTH 64 /* objects and arrays inside one another */
/* Values of one text: more than any document has. What each costs does not depend on the bytes that it takes. */
#define MF_JSON_VALUES 250000
/* Of these, objects, arrays and floats, which cost several times as much: an index of 10,000 images has 30,000. */
#define MF_JSON_COSTLY 100000

enum mf_json_token {
  MF_JSON_FAULT,  /* not accepted, or memory: the problem says what is wrong at which byte, counted from 0, and repeats
                     nothing of the text */
  MF_JSON_OBJECT, /* one begins: a key, its value, ..., MF_JSON_END */
  MF_JSON_ARRAY,  /* one begins: its values, MF_JSON_END */
  MF_JSON_END,    /* of the innermost object or array */
  MF_JSON_KEY,
  MF_JSON_STRING,
  MF_JSON_INTEGER,
  MF_JSON_FLOAT, /* written with a fraction or an exponent: 2.0 and 1e3 are no integers to Go's readers */
  MF_JSON_TRUE,
  MF_JSON_FALSE,
  MF_JSON_NULL,
  MF_JSON_DONE /* the text ends after its one value */
};

/* All zero is one that holds nothing. */
struct mf_json_reader {
  const char *start; /* of the last token, and its size as it is written: a string with its quotes */
  size_t size;
  double number;        /* of an integer or a float */
  uint64_t hash;        /* of a key, as decoded */
  struct mf_bytes text; /* what mf_json_text gave */
  bool boundless;       /* set after init where nothing is made of the values: any number of them */
  /* The rest is the reader's own. */
  const char *begin, *at, *end;
  int state;
  unsigned depth, deepest;
  unsigned values, costly;         /* so far */
  bool objects[MF_JSON_DEPTH + 1]; /* of each level: it is an object; */
  size_t marks[MF_JSON_DEPTH + 1]; /* and where its keys begin in KEYS */
  struct mf_json_keys keys;
  struct mf_problem *problem;
};

/* Starts on TEXT, which ends with a NUL that LENGTH does not count. Text and problem are borrowed. */
void mf_json_reader_init(struct mf_json_reader *reader, const char *text, size_t length, struct mf_problem *problem);
/* The next token. After MF_JSON_FAULT and MF_JSON_DONE it is not called again. */
enum mf_json_token mf_json_next(struct mf_json_reader *reader);
/* Reads a value, the outermost or one of a member of the outermost object, and says where it stands. Nothing is made of
   it: it may have any number of values, and be as deep as a text of its own. False: problem set. */
bool mf_json_pass(struct mf_json_reader *reader, const char **start, size_t *size);
/* Decodes a key or a string, given as it is written, into reader->text. False: memory, problem set. */
bool mf_json_text(struct mf_json_reader *reader, const char *start, size_t size);
/* Frees what it holds, texts wiped; safe twice. */
void mf_json_reader_free(struct mf_json_reader *reader);

#endif
