#include "secret.h"

#include <cjson/cJSON.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

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
