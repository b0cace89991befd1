#include "bytes.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

void mf_bytes_init(struct mf_bytes *bytes, size_t limit)
{
  *bytes = (struct mf_bytes){.limit = limit};
}

static void give_back(const struct mf_bytes *bytes)
{
  if (bytes->secret && bytes->data)
    OPENSSL_cleanse(bytes->data, bytes->capacity);
  free(bytes->data);
}

/* Room for a secret is never moved by realloc, which would leave a copy behind. */
static char *move(const struct mf_bytes *bytes, size_t capacity)
{
  char *data = bytes->secret ? malloc(capacity) : realloc(bytes->data, capacity);

  if (!data || !bytes->secret)
    return data;
  if (bytes->data)
    memcpy(data, bytes->data, bytes->length + 1);
  give_back(bytes);
  return data;
}

/* Makes room for NEEDED bytes and a NUL, which the caller writes. */
static bool grow(struct mf_bytes *bytes, size_t needed)
{
  size_t capacity = bytes->capacity ? bytes->capacity : 256;
  char *data;

  assert(bytes->length <= bytes->limit && (!bytes->data || bytes->length < bytes->capacity));
  if (needed < bytes->capacity)
    return true;
  while (capacity <= needed)
    capacity *= 2;
  data = move(bytes, capacity);
  if (!data)
    return false;
  bytes->data = data;
  bytes->capacity = capacity;
  return true;
}

bool mf_bytes_reserve(struct mf_bytes *bytes, size_t size)
{
  if (size > bytes->limit - bytes->length || !grow(bytes, bytes->length + size))
    return false;
  bytes->data[bytes->length] = '\0';
  return true;
}

bool mf_bytes_add(struct mf_bytes *bytes, const void *data, size_t length)
{
  if (!mf_bytes_reserve(bytes, length))
    return false;
  if (length)
    memcpy(bytes->data + bytes->length, data, length);
  bytes->length += length;
  bytes->data[bytes->length] = '\0';
  return true;
}

bool mf_bytes_add_text(struct mf_bytes *bytes, const char *text)
{
  return mf_bytes_add(bytes, text, strlen(text));
}

void mf_bytes_clear(struct mf_bytes *bytes)
{
  bytes->length = 0;
  if (bytes->data)
    bytes->data[0] = '\0';
}

void mf_bytes_free(struct mf_bytes *bytes)
{
  give_back(bytes);
  bytes->data = NULL;
  bytes->length = bytes->capacity = 0;
}
