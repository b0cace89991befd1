#include "read.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/c_locale.h"
#include "number.h"
#include "quoted_string.h"

/* What may come next. */
enum state {
  AT_VALUE,
  AT_FIRST, /* an element, or the end of an object or array that has just begun */
  AT_REST,  /* a comma and an element, or the end */
  AT_END
};

static enum mf_json_token fault_at(struct mf_json_reader *reader, const char *where, const char *what)
{
  mf_problem_set(reader->problem, MF_PROBLEM_INVALID_JSON, "invalid JSON at byte %zu: %s",
                 (size_t)(where - reader->begin), what);
  return MF_JSON_FAULT;
}

static enum mf_json_token out_of_memory(struct mf_json_reader *reader)
{
  mf_problem_set(reader->problem, MF_PROBLEM_MEMORY, "memory ran out while reading JSON");
  return MF_JSON_FAULT;
}

static enum mf_json_token expected(struct mf_json_reader *reader, const char *what)
{
  mf_problem_set(reader->problem, MF_PROBLEM_INVALID_JSON, "invalid JSON at byte %zu: %s where %s should be",
                 (size_t)(reader->at - reader->begin), reader->at < reader->end ? "something else" : "the text ends",
                 what);
  return MF_JSON_FAULT;
}

/* The next byte that is not blank, or 0 at the end (a NUL in the text fits nowhere either). */
static char peek(struct mf_json_reader *reader)
{
  while (reader->at < reader->end &&
         (*reader->at == ' ' || *reader->at == '\n' || *reader->at == '\t' || *reader->at == '\r'))
    reader->at++;
  return reader->at < reader->end ? *reader->at : '\0';
}

static bool in_object(const struct mf_json_reader *reader)
{
  return reader->depth > 0 && reader->objects[reader->depth - 1];
}

/* Moves past a token that ends before AFTER. */
static enum mf_json_token take(struct mf_json_reader *reader, const char *after, enum mf_json_token token)
{
  reader->start = reader->at;
  reader->size = (size_t)(after - reader->at);
  reader->at = after;
  reader->state = reader->depth > 0 ? AT_REST : AT_END;
  return token;
}

/* Counts a value, or a costly one. False: there are too many, problem set. */
static bool count(struct mf_json_reader *reader, unsigned *counter, unsigned most, const char *what)
{
  if (reader->boundless || ++*counter <= most)
    return true;
  return mf_problem_set(reader->problem, MF_PROBLEM_TOO_LARGE, "the JSON text has more than %u %s", most, what);
}

static bool count_costly(struct mf_json_reader *reader)
{
  return count(reader, &reader->costly, MF_JSON_COSTLY, "objects, arrays and numbers with a fraction or an exponent");
}

static enum mf_json_token enter(struct mf_json_reader *reader, enum mf_json_token token)
{
  if (reader->depth >= reader->deepest)
    return fault_at(reader, reader->at, "nested deeper than 64");
  if (!count_costly(reader))
    return MF_JSON_FAULT;
  reader->objects[reader->depth] = token == MF_JSON_OBJECT;
  reader->marks[reader->depth++] = mf_json_keys_count(&reader->keys);
  take(reader, reader->at + 1, token);
  reader->state = AT_FIRST;
  return token;
}

static enum mf_json_token leave(struct mf_json_reader *reader)
{
  const char *twice = NULL;

  assert(reader->depth > 0);
  if (in_object(reader))
    twice = mf_json_keys_close(&reader->keys, reader->marks[reader->depth - 1]);
  if (twice)
    return fault_at(reader, twice - 1, "a key that its object already has");
  reader->depth--;
  return take(reader, reader->at + 1, MF_JSON_END);
}

static enum mf_json_token read_string(struct mf_json_reader *reader, enum mf_json_token token)
{
  const char *fault;
  const char *where;
  const char *after = mf_json_string_scan(reader->at + 1, reader->end, &fault, &where);

  return after ? take(reader, after, token) : fault_at(reader, where, fault);
}

static enum mf_json_token read_word(struct mf_json_reader *reader, const char *word, enum mf_json_token token)
{
  size_t length = strlen(word);

  if ((size_t)(reader->end - reader->at) < length || memcmp(reader->at, word, length) != 0)
    return expected(reader, "a value");
  return take(reader, reader->at + length, token);
}

static enum mf_json_token read_number(struct mf_json_reader *reader)
{
  struct mf_json_number number;
  long long integer;
  locale_t previous;

  if (!mf_json_number_scan(reader->at, reader->end, &number))
    return fault_at(reader, number.end, "a number without a digit where one must be");
  if (!number.fraction) {
    integer = strtoll(reader->at, NULL, 10); /* the largest there is for one that is larger */
    if (integer > MF_JSON_INTEGER_MAX || integer < -MF_JSON_INTEGER_MAX)
      return fault_at(reader, reader->at, "an integer beyond 2^53");
    reader->number = (double)integer;
    return take(reader, number.end, MF_JSON_INTEGER);
  }
  if (!count_costly(reader))
    return MF_JSON_FAULT;
  if (!mf_c_locale_enter(&previous))
    return out_of_memory(reader);
  reader->number = strtod(reader->at, NULL);
  mf_c_locale_leave(previous);
  if (isinf(reader->number))
    return fault_at(reader, reader->at, "a number beyond the range of a double");
  return take(reader, number.end, MF_JSON_FLOAT);
}

static enum mf_json_token read_key(struct mf_json_reader *reader)
{
  if (peek(reader) != '"')
    return expected(reader, "a key");
  if (read_string(reader, MF_JSON_KEY) == MF_JSON_FAULT)
    return MF_JSON_FAULT;
  if (!mf_json_keys_add(&reader->keys, reader->start + 1, &reader->hash))
    return out_of_memory(reader);
  if (peek(reader) != ':')
    return expected(reader, "':'");
  reader->at++;
  reader->state = AT_VALUE;
  return MF_JSON_KEY;
}

static enum mf_json_token read_value(struct mf_json_reader *reader)
{
  char first = peek(reader);

  if (!count(reader, &reader->values, MF_JSON_VALUES, "values"))
    return MF_JSON_FAULT;
  switch (first) {
  case '{':
    return enter(reader, MF_JSON_OBJECT);
  case '[':
    return enter(reader, MF_JSON_ARRAY);
  case '"':
    return read_string(reader, MF_JSON_STRING);
  case 't':
    return read_word(reader, "true", MF_JSON_TRUE);
  case 'f':
    return read_word(reader, "false", MF_JSON_FALSE);
  case 'n':
    return read_word(reader, "null", MF_JSON_NULL);
  default:
    if (reader->at == reader->begin && reader->end - reader->at >= 3 && memcmp(reader->at, "\xef\xbb\xbf", 3) == 0)
      return fault_at(reader, reader->at, "a byte order mark");
    return first == '-' || (first >= '0' && first <= '9') ? read_number(reader) : expected(reader, "a value");
  }
}

/* An element of the innermost object or array, or its end. */
static enum mf_json_token read_element(struct mf_json_reader *reader)
{
  bool object = in_object(reader);
  char next = peek(reader);

  if (next == (object ? '}' : ']'))
    return leave(reader);
  if (reader->state == AT_REST) {
    if (next != ',')
      return expected(reader, object ? "',' or '}'" : "',' or ']'");
    reader->at++;
  }
  return object ? read_key(reader) : read_value(reader);
}

enum mf_json_token mf_json_next(struct mf_json_reader *reader)
{
  switch (reader->state) {
  case AT_VALUE:
    return read_value(reader);
  case AT_END:
    peek(reader);
    return reader->at == reader->end ? MF_JSON_DONE : fault_at(reader, reader->at, "something after the value");
  default:
    return read_element(reader);
  }
}

bool mf_json_pass(struct mf_json_reader *reader, const char **start, size_t *size)
{
  enum mf_json_token token;
  unsigned depth = reader->depth;

  assert(depth <= 1);
  reader->boundless = true;
  reader->deepest = depth + MF_JSON_DEPTH;
  token = mf_json_next(reader);
  *start = reader->start;
  while (token != MF_JSON_FAULT && reader->depth > depth)
    token = mf_json_next(reader);
  *size = (size_t)(reader->at - *start);
  reader->boundless = false;
  reader->deepest = MF_JSON_DEPTH;
  return token != MF_JSON_FAULT;
}

void mf_json_reader_init(struct mf_json_reader *reader, const char *text, size_t length, struct mf_problem *problem)
{
  *reader = (struct mf_json_reader){
      .begin = text, .at = text, .end = text + length, .state = AT_VALUE, .deepest = MF_JSON_DEPTH, .problem = problem};
  mf_bytes_init(&reader->text, SIZE_MAX / 4);
  reader->text.secret = true; /* it may be a password */
  mf_json_keys_init(&reader->keys);
}

bool mf_json_text(struct mf_json_reader *reader, const char *start, size_t size)
{
  struct mf_json_string string = {.at = start + 1};
  struct mf_bytes *text = &reader->text;

  assert(size >= 2);
  mf_bytes_clear(text);
  if (!memchr(start, '\\', size))
    return mf_bytes_add(text, start + 1, size - 2) || out_of_memory(reader) != MF_JSON_FAULT;
  if (!mf_bytes_reserve(text, size)) /* decoded it is shorter */
    return out_of_memory(reader) != MF_JSON_FAULT;
  for (int byte = mf_json_string_next(&string); byte >= 0; byte = mf_json_string_next(&string))
    text->data[text->length++] = (char)byte;
  text->data[text->length] = '\0';
  return true;
}

void mf_json_reader_free(struct mf_json_reader *reader)
{
  mf_bytes_free(&reader->text);
  mf_json_keys_free(&reader->keys);
}
