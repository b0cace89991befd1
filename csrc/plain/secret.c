#include "secret.h"

#include <cjson/cJSON.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#define SHORTEST 6

void mf_secret_free(char *text)
{
  if (text)
    OPENSSL_cleanse(text, strlen(text));
  free(text);
}

/* The depth is bounded: only trees that passed the strict scan get here. */
static void overwrite(cJSON *item)
{
  for (; item; item = item->next) {
    if (item->valuestring)
      OPENSSL_cleanse(item->valuestring, strlen(item->valuestring));
    overwrite(item->child);
  }
}

void mf_secret_delete(struct cJSON *tree)
{
  overwrite(tree);
  cJSON_Delete(tree);
}

void mf_secret_blot(char *text, size_t length, const char *secret)
{
  size_t size = strlen(secret);
  char *end = text + length;

  if (size < SHORTEST)
    return;
  while ((text = memmem(text, (size_t)(end - text), secret, size)) != NULL) {
    memset(text, '*', size);
    text += size;
  }
}

bool mf_secret_reserve(struct mf_bytes *bytes, size_t size)
{
  char *blank = calloc(1, size + 1);
  bool ok = blank && mf_bytes_add(bytes, blank, size);

  free(blank);
  if (ok)
    mf_bytes_clear(bytes);
  return ok;
}
