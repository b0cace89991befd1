#include "texts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* There is room for the next power of two: where the count is one, the room is used up. */
static bool grow(struct mf_texts *texts)
{
  size_t count = texts->count;
  char **items;

  if (count & (count - 1))
    return true;
  items = realloc(texts->items, (count ? 2 * count : 1) * sizeof(*items));
  if (items)
    texts->items = items;
  return items;
}

static bool add_part(struct mf_texts *texts, const char *text, size_t length)
{
  char *copy = grow(texts) ? strndup(text, length) : NULL;

  if (copy)
    texts->items[texts->count++] = copy;
  return copy;
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

static int compare(const void *left, const void *right)
{
  return strcmp(*(char *const *)left, *(char *const *)right);
}

void mf_texts_sort(struct mf_texts *texts)
{
  if (texts->count > 1)
    qsort(texts->items, texts->count, sizeof(*texts->items), compare);
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
