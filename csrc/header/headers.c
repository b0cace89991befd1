#include "headers.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "../base/ascii.h"

static bool is_token(const char *name)
{
  const char *byte = name;

  while (mf_is_token(*byte))
    byte++;
  return name[0] && *byte == '\0';
}

/* Adds a name of LENGTH bytes and a value of MORE, which are one block of memory. */
static struct mf_header *append(struct mf_headers *headers, const char *name, size_t length, const char *value,
                                size_t more)
{
  struct mf_header *added;

  if (headers->count == headers->room) {
    size_t room = headers->room ? headers->room * 2 : 8;
    struct mf_header *items = realloc(headers->items, room * sizeof(*items));
    if (!items)
      return NULL;
    headers->items = items;
    headers->room = room;
  }
  added = &headers->items[headers->count];
  added->name = malloc(length + more + 2);
  if (!added->name)
    return NULL;
  memcpy(added->name, name, length);
  added->name[length] = '\0';
  added->value = added->name + length + 1;
  memcpy(added->value, value, more);
  added->value[more] = '\0';
  headers->count++;
  return added;
}

bool mf_headers_add(struct mf_headers *headers, const char *name, const char *value)
{
  size_t length = strlen(value);

  return is_token(name) && strcspn(value, "\r\n") == length && append(headers, name, strlen(name), value, length);
}

/* The part of LINE, of LENGTH bytes, that stands before the first CR, LF or NUL and is no blank at either end. */
static const char *trim(const char *line, size_t *length)
{
  size_t end = 0;

  while (end < *length && line[end] && line[end] != '\r' && line[end] != '\n')
    end++;
  *length = end;
  while (*length > 0 && (*line == ' ' || *line == '\t')) {
    line++;
    --*length;
  }
  while (*length > 0 && strchr(" \t\v\f", line[*length - 1]))
    --*length;
  return line;
}

/* What continues the value of the line before it, as HTTP/1 once had it, is put behind that with one blank. */
static bool unfold(struct mf_headers *headers, const char *more, size_t length)
{
  struct mf_header *last = &headers->items[headers->count - 1];
  size_t before = (size_t)(last->value - last->name), end = before + strlen(last->value);
  char *block = realloc(last->name, end + length + 2);

  if (!block)
    return false;
  block[end] = ' ';
  memcpy(block + end + 1, more, length);
  block[end + 1 + length] = '\0';
  last->name = block;
  last->value = block + before;
  return true;
}

bool mf_headers_receive(struct mf_headers *headers, const char *line, size_t length)
{
  const char *colon = memchr(line, ':', length);
  size_t name = colon ? (size_t)(colon - line) : 0, value = length - name - 1;
  struct mf_header *added;

  if (length > 0 && (line[0] == ' ' || line[0] == '\t')) {
    line = trim(line, &length);
    return headers->count == 0 || length == 0 || unfold(headers, line, length);
  }
  if (name == 0)
    return true;
  colon = trim(colon + 1, &value);
  added = append(headers, line, name, colon, value);
  if (!added)
    return false;
  mf_lower_text(added->name);
  if (strlen(added->name) == name && is_token(added->name))
    return true;
  free(headers->items[--headers->count].name);
  return true;
}

const char *mf_headers_get(const struct mf_headers *headers, const char *name, size_t index)
{
  for (size_t i = 0; i < headers->count; i++)
    if (headers->items[i].value[0] && mf_same_word(headers->items[i].name, name) && index-- == 0)
      return headers->items[i].value;
  return NULL;
}

bool mf_headers_copy(struct mf_headers *to, const struct mf_headers *from)
{
  for (size_t i = 0; i < from->count; i++)
    if (!mf_headers_add(to, from->items[i].name, from->items[i].value))
      return false;
  return true;
}

void mf_headers_free(struct mf_headers *headers)
{
  struct mf_headers old = *headers;

  *headers = (struct mf_headers){0};
  for (size_t i = 0; i < old.count; i++)
    free(old.items[i].name);
  free(old.items);
}

void mf_headers_wipe(struct mf_headers *headers)
{
  for (size_t i = 0; i < headers->count; i++)
    OPENSSL_cleanse(headers->items[i].value, strlen(headers->items[i].value));
  mf_headers_free(headers);
}
