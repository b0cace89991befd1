#include "secret.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

void mf_secret_free(char *text)
{
  if (text)
    OPENSSL_cleanse(text, strlen(text));
  free(text);
}
