#include "write.h"

#include <assert.h>
#include <string.h>

#include "../base/c_locale.h"
#include "../base/utf8.h"
#include "number.h"
#include "read.h"

static bool out_of_memory(struct mf_json_writer *writer)
{
  return mf_problem_set(writer->problem, MF_PROBLEM_MEMORY, "memory ran out while writing JSON");
}

static bool add(struct mf_json_writer *writer, const char *bytes, size_t length)
{
  return mf_bytes_add(writer->out, bytes, length) || out_of_memory(writer);
}

static bool in_object(const struct mf_json_writer *writer)
{
  return writer->depth > 0 && writer->objects[writer->depth - 1];
}

static bool break_line(struct mf_json_writer *writer)
{
  size_t length = strlen(writer->indent);

  if (length == 0)
    return true;
  if (!add(writer, "\n", 1) || !add(writer, writer->prefix, strlen(writer->prefix)))
    return false;
  for (unsigned i = 0; i < writer->depth; i++)
    if (!add(writer, writer->indent, length))
      return false;
  return true;
}

/* What stands between the token before and the value or key that comes now. */
static bool begin(struct mf_json_writer *writer)
{
  bool first = !writer->has_items;

  if (writer->after_key) {
    writer->after_key = false;
    return writer->indent[0] ? add(writer, ": ", 2) : add(writer, ":", 1);
  }
  if (writer->depth == 0)
    return true;
  writer->has_items = true;
  return (first || add(writer, ",", 1)) && break_line(writer);
}

/* Begins a string, which is a key where one is due. */
static bool begin_string(struct mf_json_writer *writer)
{
  bool key = in_object(writer) && !writer->after_key;

  if (!begin(writer))
    return false;
  writer->after_key = key;
  return true;
}

static bool add_token(struct mf_json_writer *writer, const char *bytes, size_t length)
{
  return begin(writer) && add(writer, bytes, length);
}

static bool is_html(char byte)
{
  return byte == '<' || byte == '>' || byte == '&';
}

/* U+2028 and U+2029 end a line in JavaScript; Go escapes them for that reason. */
static bool is_line_separator(const char *at, const char *end)
{
  return end - at >= 3 && at[0] == '\xe2' && at[1] == '\x80' && (at[2] == '\xa8' || at[2] == '\xa9');
}

static bool add_unicode(struct mf_json_writer *writer, unsigned code)
{
  static const char digits[] = "0123456789abcdef";
  char escape[6] = {
      '\\', 'u', digits[code >> 12 & 15], digits[code >> 8 & 15], digits[code >> 4 & 15], digits[code & 15]};

  return add(writer, escape, sizeof(escape));
}

static bool add_separator(struct mf_json_writer *writer, const char *at)
{
  return add_unicode(writer, at[2] == '\xa8' ? 0x2028 : 0x2029);
}

static bool add_control(struct mf_json_writer *writer, char byte)
{
  static const char controls[] = "\b\f\n\r\t";
  static const char names[] = "bfnrt";
  const char *found = memchr(controls, byte, sizeof(controls) - 1);
  char escape[2] = "\\";

  if (!found)
    return add_unicode(writer, (unsigned char)byte);
  escape[1] = names[found - controls];
  return add(writer, escape, 2);
}

/* The bytes from AT on that a string shows as they are. */
static const char *skip_plain(const struct mf_json_writer *writer, const char *at, const char *end)
{
  while (at < end && (unsigned char)*at >= 0x20 && (unsigned char)*at < 0x80 && *at != '"' && *at != '\\' &&
         !(writer->html && is_html(*at)))
    at++;
  return at;
}

/* Writes the character at AT, which is not plain. Returns its bytes, or 0 on failure. */
static size_t add_character(struct mf_json_writer *writer, const char *at, const char *end)
{
  size_t length = mf_utf8_length(at, end);

  if (length == 0 && (writer->repair || writer->report))
    return add_unicode(writer, 0xfffd) ? 1 : 0;
  if (length == 0) {
    mf_problem_set(writer->problem, MF_PROBLEM_INVALID_ARGUMENT, "a string for JSON is not UTF-8");
    return 0;
  }
  if (*at == '\0' && !writer->report) {
    mf_problem_set(writer->problem, MF_PROBLEM_INVALID_ARGUMENT,
                   "a string for JSON holds a NUL, which few readers take");
    return 0;
  }
  if (*at == '"' || *at == '\\')
    return add(writer, "\\", 1) && add(writer, at, 1) ? 1 : 0;
  if (length == 1)
    return (is_html(*at) ? add_unicode(writer, (unsigned char)*at) : add_control(writer, *at)) ? 1 : 0;
  if (is_line_separator(at, end))
    return add_separator(writer, at) ? 3 : 0;
  return add(writer, at, length) ? length : 0;
}

struct mf_json_writer mf_json_writer(struct mf_bytes *out, const char *indent, bool html, struct mf_problem *problem)
{
  return (struct mf_json_writer){.out = out, .indent = indent, .prefix = "", .html = html, .problem = problem};
}

bool mf_json_open(struct mf_json_writer *writer, bool object)
{
  unsigned deepest = writer->report || writer->verbatim ? MF_JSON_WRITE_DEPTH : MF_JSON_DEPTH;

  if (writer->depth >= deepest)
    return mf_problem_set(writer->problem, MF_PROBLEM_INVALID_ARGUMENT,
                          "a value for JSON is nested deeper than %u, or contains itself", deepest);
  if (!add_token(writer, object ? "{" : "[", 1))
    return false;
  writer->objects[writer->depth++] = object;
  writer->has_items = false;
  return true;
}

bool mf_json_close(struct mf_json_writer *writer)
{
  bool object = in_object(writer);
  bool empty = !writer->has_items;

  assert(writer->depth > 0);
  writer->depth--;
  writer->has_items = true;
  return (empty || break_line(writer)) && add(writer, object ? "}" : "]", 1);
}

bool mf_json_string(struct mf_json_writer *writer, const char *bytes, size_t length)
{
  const char *end = bytes + length;

  if (!begin_string(writer) || !add(writer, "\"", 1))
    return false;
  while (bytes < end) {
    const char *plain = bytes;
    size_t special;

    bytes = skip_plain(writer, bytes, end);
    if (!add(writer, plain, (size_t)(bytes - plain)))
      return false;
    special = bytes < end ? add_character(writer, bytes, end) : 0;
    if (bytes < end && special == 0)
      return false;
    bytes += special;
  }
  return add(writer, "\"", 1);
}

bool mf_json_integer(struct mf_json_writer *writer, int64_t value)
{
  char text[MF_JSON_NUMBER_TEXT];
  size_t length;

  if (value > MF_JSON_INTEGER_MAX || value < -MF_JSON_INTEGER_MAX)
    return writer->report
               ? mf_json_float(writer, (double)value)
               : mf_problem_set(writer->problem, MF_PROBLEM_INVALID_ARGUMENT, "an integer for JSON is beyond 2^53");
  length = mf_json_number_write((double)value, text);
  return add_token(writer, text, length);
}

bool mf_json_float(struct mf_json_writer *writer, double value)
{
  char text[MF_JSON_NUMBER_TEXT];
  locale_t previous;
  size_t length;

  if (!mf_c_locale_enter(&previous))
    return out_of_memory(writer);
  length = mf_json_number_write(value, text);
  mf_c_locale_leave(previous);
  return add_token(writer, text, length);
}

bool mf_json_word(struct mf_json_writer *writer, const char *word)
{
  return add_token(writer, word, strlen(word));
}

/* Copies a string as it is written, quotes included; html escapes what would be markup. */
static bool copy_string(struct mf_json_writer *writer, const char *at, const char *end)
{
  const char *plain = at;

  if (!begin_string(writer))
    return false;
  for (; at < end && writer->html; at++) {
    bool separator = is_line_separator(at, end);

    if (!separator && !is_html(*at))
      continue;
    if (!add(writer, plain, (size_t)(at - plain)))
      return false;
    if (!(separator ? add_separator(writer, at) : add_unicode(writer, (unsigned char)*at)))
      return false;
    at += separator ? 2 : 0;
    plain = at + 1;
  }
  return add(writer, plain, (size_t)(end - plain));
}

static bool copy_token(struct mf_json_writer *writer, const struct mf_json_reader *reader, enum mf_json_token token)
{
  switch (token) {
  case MF_JSON_FAULT:
    return false;
  case MF_JSON_OBJECT:
  case MF_JSON_ARRAY:
    return mf_json_open(writer, token == MF_JSON_OBJECT);
  case MF_JSON_END:
    return mf_json_close(writer);
  case MF_JSON_KEY:
  case MF_JSON_STRING:
    return copy_string(writer, reader->start, reader->start + reader->size);
  default:
    return add_token(writer, reader->start, reader->size);
  }
}

bool mf_json_verbatim(struct mf_json_writer *writer, const char *text, size_t length)
{
  struct mf_json_reader reader;
  enum mf_json_token token;
  bool done = true;

  mf_json_reader_init(&reader, text, length, writer->problem);
  reader.boundless = true;
  reader.deepest = MF_JSON_DEPTH + 1; /* an entry of a local list holds a manifest one level below its own */
  writer->verbatim = true;
  while (done && (token = mf_json_next(&reader)) != MF_JSON_DONE)
    done = copy_token(writer, &reader, token);
  writer->verbatim = false;
  mf_json_reader_free(&reader);
  return done;
}
