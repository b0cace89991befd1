#include "scan.h"

#include <string.h>

#include "keys.h"
#include "number.h"
#include "quoted_string.h"

struct scan {
  const char *text, *at, *end;
  unsigned depth;
  size_t numbers; /* so far */
  struct mf_bytes *floats;
  struct mf_json_keys keys;
  struct mf_problem *problem;
};

static bool scan_value(struct scan *scan);

static bool fault_at(struct scan *scan, const char *where, const char *what)
{
  return mf_problem_set(scan->problem, MF_PROBLEM_INVALID_JSON, "invalid JSON at byte %zu: %s",
                        (size_t)(where - scan->text), what);
}

static bool out_of_memory(struct scan *scan)
{
  return mf_problem_set(scan->problem, MF_PROBLEM_MEMORY, "memory ran out while reading JSON");
}

static bool expected(struct scan *scan, const char *what)
{
  return mf_problem_set(scan->problem, MF_PROBLEM_INVALID_JSON, "invalid JSON at byte %zu: %s where %s should be",
                        (size_t)(scan->at - scan->text), scan->at < scan->end ? "something else" : "the text ends",
                        what);
}

const char *mf_json_skip_blanks(const char *at, const char *end)
{
  while (at < end && (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r'))
    at++;
  return at;
}

/* The next byte that is not blank, or 0 at the end (a NUL in the text fits nowhere either). */
static char peek(struct scan *scan)
{
  scan->at = mf_json_skip_blanks(scan->at, scan->end);
  if (scan->at == scan->end)
    return '\0';
  return *scan->at;
}

static bool scan_string(struct scan *scan)
{
  const char *fault;
  const char *where;
  const char *after = mf_json_string_scan(scan->at + 1, scan->end, &fault, &where);

  if (!after)
    return fault_at(scan, where, fault);
  scan->at = after;
  return true;
}

static bool scan_word(struct scan *scan, const char *word)
{
  size_t length = strlen(word);

  if ((size_t)(scan->end - scan->at) < length || memcmp(scan->at, word, length) != 0)
    return expected(scan, "a value");
  scan->at += length;
  return true;
}

static bool keep_float(struct scan *scan)
{
  struct mf_json_float it = {.ordinal = scan->numbers, .offset = (size_t)(scan->at - scan->text)};

  return !scan->floats || mf_bytes_add(scan->floats, &it, sizeof(it)) || out_of_memory(scan);
}

static bool scan_number(struct scan *scan)
{
  struct mf_json_number number;

  if (!mf_json_number_scan(scan->at, scan->end, &number))
    return fault_at(scan, number.end, "a number without a digit where one must be");
  if (mf_json_number_too_large(scan->at, &number))
    return fault_at(scan, scan->at,
                    number.fraction ? "a number beyond the range of a double" : "an integer beyond 2^53");
  if (number.fraction && !keep_float(scan))
    return false;
  scan->numbers++;
  scan->at = number.end;
  return true;
}

static bool enter(struct scan *scan)
{
  if (scan->depth >= MF_JSON_DEPTH)
    return fault_at(scan, scan->at, "nested deeper than 64");
  scan->depth++;
  scan->at++;
  return true;
}

static bool leave(struct scan *scan)
{
  scan->depth--;
  scan->at++;
  return true;
}

static bool scan_array(struct scan *scan)
{
  if (!enter(scan))
    return false;
  if (peek(scan) == ']')
    return leave(scan);
  for (;;) {
    if (!scan_value(scan))
      return false;
    if (peek(scan) == ']')
      return leave(scan);
    if (peek(scan) != ',')
      return expected(scan, "',' or ']'");
    scan->at++;
  }
}

static bool scan_pair(struct scan *scan)
{
  const char *key;

  if (peek(scan) != '"')
    return expected(scan, "a key");
  key = scan->at + 1;
  if (!scan_string(scan))
    return false;
  if (!mf_json_keys_add(&scan->keys, key))
    return out_of_memory(scan);
  if (peek(scan) != ':')
    return expected(scan, "':'");
  scan->at++;
  return scan_value(scan);
}

static bool close_object(struct scan *scan, size_t mark)
{
  const char *twice = mf_json_keys_close(&scan->keys, mark);

  if (twice)
    return fault_at(scan, twice - 1, "a key that its object already has");
  return leave(scan);
}

static bool scan_object(struct scan *scan)
{
  size_t mark = mf_json_keys_count(&scan->keys);

  if (!enter(scan))
    return false;
  if (peek(scan) == '}')
    return leave(scan);
  for (;;) {
    if (!scan_pair(scan))
      return false;
    if (peek(scan) == '}')
      return close_object(scan, mark);
    if (peek(scan) != ',')
      return expected(scan, "',' or '}'");
    scan->at++;
  }
}

static bool scan_value(struct scan *scan)
{
  char first = peek(scan);

  switch (first) {
  case '{':
    return scan_object(scan);
  case '[':
    return scan_array(scan);
  case '"':
    return scan_string(scan);
  case 't':
    return scan_word(scan, "true");
  case 'f':
    return scan_word(scan, "false");
  case 'n':
    return scan_word(scan, "null");
  default:
    return first == '-' || (first >= '0' && first <= '9') ? scan_number(scan) : expected(scan, "a value");
  }
}

static bool scan_text(struct scan *scan)
{
  if (scan->end - scan->at >= 3 && memcmp(scan->at, "\xef\xbb\xbf", 3) == 0)
    return fault_at(scan, scan->at, "a byte order mark");
  if (!scan_value(scan))
    return false;
  peek(scan);
  return scan->at == scan->end || fault_at(scan, scan->at, "something after the value");
}

bool mf_json_scan(const char *text, size_t length, struct mf_bytes *floats, struct mf_problem *problem)
{
  struct scan scan = {.text = text, .at = text, .end = text + length, .floats = floats, .problem = problem};
  bool accepted;

  mf_json_keys_init(&scan.keys);
  accepted = scan_text(&scan);
  mf_json_keys_free(&scan.keys);
  return accepted;
}
