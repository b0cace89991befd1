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

static bool append(struct mf_headers *headers, const char *name, const char *value, size_t length)
{
  struct mf_header *items = realloc(headers->items, (headers->count + 1) * sizeof(*items));
  struct mf_header added;

  if (!items)
    return false;
  headers->items = items;
  added.name = strdup(name);
  added.value = strndup(value, length);
  if (!added.name || !added.value) {
    free(added.name);
    free(added.value);
    return false;
  }
  items[headers->count++] = added;
  return true;
}

bool mf_headers_add(struct mf_headers *headers, const char *name, const char *value)
{
  size_t length = strlen(value);

  return is_token(name) && strcspn(value, "\r\n") == length && append(headers, name, value, length);
}

bool mf_headers_receive(struct mf_headers *headers, const char *name, const char *value)
{
  return !is_token(name) || append(headers, name, value, strcspn(value, "\r\n"));
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
  for (size_t i = 0; i < old.count; i++) {
    free(old.items[i].name);
    free(old.items[i].value);
  }
  free(old.items);
}

void mf_headers_wipe(struct mf_headers *headers)
{
  for (size_t i = 0; i < headers->count; i++)
    OPENSSL_cleanse(headers->items[i].value, strlen(headers->items[i].value));
  mf_headers_free(headers);
}
