#include "texts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool add_part(struct mf_texts *texts, const char *text, size_t length)
{
  char *copy = malloc(length + 1);
  char **items = copy ? realloc(texts->items, (texts->count + 1) * sizeof(*items)) : NULL;

  if (!items) {
    free(copy);
    return false;
  }
  memcpy(copy, text, length);
  copy[length] = '\0';
  texts->items = items;
  items[texts->count++] = copy;
  return true;
}

bool mf_texts_add(struct mf_texts *texts, const char *text)
{
  return add_part(texts, text, strlen(text));
}

bool mf_texts_addf(struct mf_texts *texts, const char *format, ...)
{
  char text[1024];
  va_list arguments;

  va_start(arguments, format);
  vsnprintf(text, sizeof(text), format, arguments);
  va_end(arguments);
  return mf_texts_add(texts, text);
}

bool mf_texts_insert(struct mf_texts *texts, const char *text, size_t length)
{
  char *added;
  size_t at;

  if (!add_part(texts, text, length))
    return false;
  at = texts->count - 1;
  added = texts->items[at];
  while (at > 0 && strcmp(texts->items[at - 1], added) > 0)
    at--;
  if (at > 0 && strcmp(texts->items[at - 1], added) == 0) {
    texts->count--;
    free(added);
    return true;
  }
  memmove(texts->items + at + 1, texts->items + at, (texts->count - 1 - at) * sizeof(*texts->items));
  texts->items[at] = added;
  return true;
}

bool mf_texts_has(const struct mf_texts *texts, const char *text)
{
  for (size_t i = 0; i < texts->count; i++)
    if (strcmp(texts->items[i], text) == 0)
      return true;
  return false;
}

void mf_texts_free(struct mf_texts *texts)
{
  char **items = texts->items;
  size_t count = texts->count;

  texts->items = NULL;
  texts->count = 0;
  for (size_t i = 0; i < count; i++)
    free(items[i]);
  free(items);
}
