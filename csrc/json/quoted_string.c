#include "quoted_string.h"

#include <openssl/crypto.h>
#include <stdint.h>
#include <string.h>

#include "../base/utf8.h"

static const char escape_names[] = "\"\\/bfnrt";
static const char escape_meanings[] = "\"\\/\b\f\n\r\t";

/* The four digits at AT as a number, or -1. */
static int32_t read_unit(const char *at, const char *end)
{
  int32_t unit = 0;

  if (end - at < 4)
    return -1;
  for (int i = 0; i < 4; i++) {
    int value = OPENSSL_hexchar2int((unsigned char)at[i]);

    if (value < 0)
      return -1;
    unit = unit << 4 | value;
  }
  return unit;
}

static bool is_high(int32_t unit)
{
  return unit >= 0xd800 && unit <= 0xdbff;
}

static bool is_low(int32_t unit)
{
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/* The length of the \u escape (or pair of them) at AT, which is the backslash; 0 and FAULT when it is bad. */
static size_t scan_unicode(const char *at, const char *end, const char **fault)
{
  int32_t unit = read_unit(at + 2, end);

  if (unit < 0)
    *fault = "\\u without four hexadecimal digits";
  else if (unit == 0)
    *fault = "U+0000 in a string";
  else if (is_low(unit))
    *fault = "second half of a surrogate pair without the first";
  else if (!is_high(unit))
    return 6;
  else if (end - at >= 12 && at[6] == '\\' && at[7] == 'u' && is_low(read_unit(at + 8, end)))
    return 12;
  else
    *fault = "first half of a surrogate pair without the second";
  return 0;
}

static size_t scan_escape(const char *at, const char *end, const char **fault)
{
  if (end - at >= 2 && at[1] == 'u')
    return scan_unicode(at, end, fault);
  if (end - at >= 2 && memchr(escape_names, at[1], sizeof(escape_names) - 1))
    return 2;
  *fault = "unknown escape";
  return 0;
}

/* The length of the character at AT, which is not the closing quote; 0 and FAULT when it is bad. */
static size_t scan_character(const char *at, const char *end, const char **fault)
{
  size_t length;

  if (*at == '\\')
    return scan_escape(at, end, fault);
  if ((unsigned char)*at < 0x20) {
    *fault = "raw control character in a string";
    return 0;
  }
  length = mf_utf8_length(at, end);
  if (length == 0)
    *fault = "invalid UTF-8";
  return length;
}

static bool is_plain(char byte)
{
  return (unsigned char)byte >= 0x20 && (unsigned char)byte < 0x80 && byte != '"' && byte != '\\';
}

const char *mf_json_string_scan(const char *at, const char *end, const char **fault, const char **where)
{
  for (;;) {
    size_t length;

    while (at < end && is_plain(*at))
      at++;
    *where = at;
    if (at == end) {
      *fault = "the text ends inside a string";
      return NULL;
    }
    if (*at == '"')
      return at + 1;
    length = scan_character(at, end, fault);
    if (length == 0)
      return NULL;
    at += length;
  }
}

/* Moves past the \u escape, and its second half if it has one, and returns the code point. */
static uint32_t take_unicode(struct mf_json_string *string)
{
  uint32_t unit = (uint32_t)read_unit(string->at + 2, string->at + 6);
  uint32_t low;

  string->at += 6;
  if (!is_high((int32_t)unit))
    return unit;
  low = (uint32_t)read_unit(string->at + 2, string->at + 6);
  string->at += 6;
  return 0x10000 + ((unit - 0xd800) << 10 | (low - 0xdc00));
}

static uint32_t take_escape(struct mf_json_string *string)
{
  char name = string->at[1];

  if (name == 'u')
    return take_unicode(string);
  string->at += 2;
  return (unsigned char)escape_meanings[strchr(escape_names, name) - escape_names];
}

int mf_json_string_next(struct mf_json_string *string)
{
  if (string->given < string->count)
    return (unsigned char)string->pending[string->given++];
  if (*string->at == '"')
    return -1;
  if (*string->at != '\\')
    return (unsigned char)*string->at++;
  string->count = mf_utf8_encode(take_escape(string), string->pending);
  string->given = 1;
  return (unsigned char)string->pending[0];
}
