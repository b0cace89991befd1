#include "secret.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#define SHORTEST 6 /* bytes of a secret that is looked for */
#define TELLING 64 /* bytes of a longer one that give it away; they bound the search too */

void mf_secret_free(char *text)
{
  if (text)
    OPENSSL_cleanse(text, strlen(text));
  free(text);
}

/* How long the character at TEXT is written there, if it stands for the first COVERED bytes of SECRET: as it is, after
   a backslash, or as JSON's \uXXXX. 0: it does not. (Which character beyond ASCII it is does not matter.) */
static size_t stands_for(const char *text, const char *end, const char *secret, size_t *covered)
{
  char digits[5] = "";
  char *rest;
  long code;

  *covered = 1;
  if (*text != '\\' || end - text < 2)
    return *text == *secret;
  if (text[1] != 'u' || end - text < 6)
    return text[1] == *secret ? 2 : 0;
  memcpy(digits, text + 2, 4);
  code = strtol(digits, &rest, 16);
  if (code < 0x80)
    return *rest == '\0' && code == *secret ? 6 : 0;
  *covered = code < 0x800 ? 2 : 3;
  return *secret & 0x80 ? 6 : 0;
}

/* How many bytes of TEXT repeat SECRET, or so much of it that the rest does not matter; 0: they do not. */
static size_t repeats(const char *text, const char *end, const char *secret, size_t size)
{
  const char *at = text;
  size_t covered = 0, matched = 0, written;

  for (; at < end && matched < size; at += written, matched += covered) {
    written = stands_for(at, end, secret + matched, &covered);
    if (written == 0)
      break;
  }
  return matched >= size || matched >= TELLING ? (size_t)(at - text) : 0;
}

static void blot_escaped(char *text, size_t length, const char *secret)
{
  size_t size = strlen(secret);

  for (size_t at = 0, found; at < length; at += found ? found : 1) {
    found = repeats(text + at, text + length, secret, size);
    memset(text + at, '*', found);
  }
}

void mf_secret_blot(char *text, size_t length, const char *secret)
{
  size_t size = strlen(secret);
  char *from = text;

  if (size < SHORTEST)
    return;
  while ((from = memmem(from, (size_t)(text + length - from), secret, size)) != NULL) {
    memset(from, '*', size);
    from += size;
  }
  blot_escaped(text, length, secret);
}
