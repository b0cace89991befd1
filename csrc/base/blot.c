#include "blot.h"

#include <openssl/crypto.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ascii.h"
#include "base64.h"
#include "bytes.h"
#include "secret.h"
#include "utf8.h"

#define SHORTEST 6 /* bytes of a secret that is looked for */
#define TELLING 64 /* bytes of a longer one that give it away */
#define DEPTH 2    /* escapes within escapes */

/* ---- how a secret may be written ---- */

static void free_spellings(struct mf_spellings *spellings)
{
  for (size_t i = 0; i < MF_SPELLINGS; i++)
    mf_secret_free(spellings->texts[i]);
}

static bool spell(struct mf_spellings *spellings, size_t *count, const char *text, size_t size)
{
  spellings->texts[*count] = strndup(text, size);
  spellings->sizes[*count] = size;
  return spellings->texts[(*count)++] != NULL;
}

static bool spell_hexadecimal(struct mf_spellings *spellings, size_t *count, const char *secret, size_t size)
{
  char *text = calloc(2, size + 1);
  bool ok = text && OPENSSL_buf2hexstr_ex(text, 2 * size + 1, NULL, (const unsigned char *)secret, size, '\0') &&
            spell(spellings, count, text, 2 * size);

  mf_secret_free(text);
  return ok;
}

/* Base64 of something that has the secret behind BEFORE bytes (modulo 3): the digits that depend on the secret alone,
   in both alphabets. */
static bool spell_base64(struct mf_spellings *spellings, size_t *count, const char *secret, size_t size, size_t before)
{
  size_t skip = before == 0 ? 0 : before + 1, digits = (before + size) * 8 / 6 - skip;
  struct mf_bytes plain, encoded;
  struct mf_problem ignored;
  bool ok;

  mf_bytes_init(&plain, before + size);
  mf_bytes_init(&encoded, (before + size) * 2 + 4);
  plain.secret = encoded.secret = true;
  ok = mf_bytes_add(&plain, "\0\0", before) && mf_bytes_add(&plain, secret, size) &&
       mf_base64_encode(&encoded, plain.data, plain.length, &ignored) &&
       spell(spellings, count, encoded.data + skip, digits);
  for (size_t i = 0; ok && i < encoded.length; i++)
    encoded.data[i] = encoded.data[i] == '+' ? '-' : encoded.data[i] == '/' ? '_' : encoded.data[i];
  ok = ok && spell(spellings, count, encoded.data + skip, digits);
  mf_bytes_free(&plain);
  mf_bytes_free(&encoded);
  return ok;
}

static bool spell_all(struct mf_spellings *spellings, const char *secret)
{
  size_t size = strlen(secret), count = 0;

  *spellings = (struct mf_spellings){0};
  if (spell(spellings, &count, secret, size) && spell_hexadecimal(spellings, &count, secret, size) &&
      spell_base64(spellings, &count, secret, size, 0) && spell_base64(spellings, &count, secret, size, 1) &&
      spell_base64(spellings, &count, secret, size, 2))
    return true;
  free_spellings(spellings);
  return false;
}

static void make_newest(struct mf_secrets *secrets, size_t at)
{
  struct mf_spellings newest = secrets->items[at];

  memmove(secrets->items + at, secrets->items + at + 1, (secrets->count - 1 - at) * sizeof(newest));
  secrets->items[secrets->count - 1] = newest;
}

bool mf_secrets_add(struct mf_secrets *secrets, const char *secret)
{
  if (!secret || strlen(secret) < SHORTEST)
    return true;
  for (size_t i = 0; i < secrets->count; i++)
    if (strcmp(secrets->items[i].texts[0], secret) == 0) {
      make_newest(secrets, i);
      return true;
    }
  if (secrets->count == MF_SECRETS) {
    free_spellings(&secrets->items[0]);
    memmove(secrets->items, secrets->items + 1, (--secrets->count) * sizeof(secrets->items[0]));
  }
  if (!spell_all(&secrets->items[secrets->count], secret))
    return false;
  secrets->count++;
  return true;
}

void mf_secrets_free(struct mf_secrets *secrets)
{
  while (secrets->count > 0)
    free_spellings(&secrets->items[--secrets->count]);
}

/* ---- text without its escapes ---- */

/* The bytes of a text, with where each begins in the text that was given: one more says where that ends. */
struct layer {
  char *bytes;
  size_t *from;
  size_t length;
};

static bool new_layer(struct layer *layer, size_t room)
{
  layer->length = 0;
  layer->bytes = malloc(room + 1);
  layer->from = malloc((room + 1) * sizeof(layer->from[0]));
  return layer->bytes && layer->from;
}

static void free_layer(struct layer *layer)
{
  if (layer->bytes)
    OPENSSL_cleanse(layer->bytes, layer->length);
  free(layer->bytes);
  free(layer->from);
}

/* Adds the UTF-8 of CODE, no longer than any escape of it, as what stands at FROM. */
static void add_code(struct layer *layer, uint32_t code, size_t from)
{
  size_t size = mf_utf8_encode(code, layer->bytes + layer->length);

  for (size_t i = 0; i < size; i++)
    layer->from[layer->length++] = from;
}

/* Reads up to MOST digits. Returns how many there are. */
static size_t read_number(const char *at, const char *end, int base, size_t most, uint32_t *number)
{
  size_t count = 0;

  for (*number = 0; count < most && at + count < end; count++) {
    int digit = OPENSSL_hexchar2int((unsigned char)at[count]);
    if (digit < 0 || digit >= base)
      break;
    *number = *number * (uint32_t)base + (uint32_t)digit;
  }
  return count;
}

/* Each of the following reads one escape at AT, which ends before END. Returns its length and the character that it
   stands for; 0: there is none. */

static size_t read_percent(const char *at, const char *end, uint32_t *code, bool *is_byte)
{
  *is_byte = true;
  return at[0] == '%' && read_number(at + 1, end, 16, 2, code) == 2 ? 3 : 0;
}

static size_t read_json(const char *at, const char *end, uint32_t *code, bool *is_byte)
{
  static const char letters[] = "bfnrt", meanings[] = "\b\f\n\r\t";
  const char *letter;
  uint32_t low;

  if (at[0] != '\\' || end - at < 2)
    return 0;
  *is_byte = at[1] == 'x';
  if (*is_byte)
    return read_number(at + 2, end, 16, 2, code) == 2 ? 4 : 0;
  if (at[1] != 'u') {
    letter = strchr(letters, at[1]);
    *code = letter && at[1] ? (unsigned char)meanings[letter - letters] : (unsigned char)at[1];
    *is_byte = true;
    return 2;
  }
  if (read_number(at + 2, end, 16, 4, code) != 4)
    return 0;
  if (*code < 0xd800 || *code > 0xdbff || end - at < 12 || at[6] != '\\' || at[7] != 'u' ||
      read_number(at + 8, end, 16, 4, &low) != 4 || low < 0xdc00 || low > 0xdfff)
    return 6;
  *code = 0x10000 + ((*code - 0xd800) << 10) + (low - 0xdc00);
  return 12;
}

static size_t read_html(const char *at, const char *end, uint32_t *code, bool *is_byte)
{
  static const struct {
    const char *name;
    char byte;
  } names[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
  bool hex = end - at > 2 && (at[2] == 'x' || at[2] == 'X');
  size_t start = hex ? 3 : 2, count;

  *is_byte = false;
  if (at[0] != '&')
    return 0;
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
    size_t length = strlen(names[i].name);
    *code = (unsigned char)names[i].byte;
    if ((size_t)(end - at) >= length && memcmp(at, names[i].name, length) == 0)
      return length;
  }
  if (end - at < 4 || at[1] != '#')
    return 0;
  count = read_number(at + start, end, hex ? 16 : 10, 7, code);
  if (count == 0 || *code > 0x10ffff)
    return 0;
  return start + count + (at + start + count < end && at[start + count] == ';' ? 1 : 0);
}

typedef size_t (*reader)(const char *at, const char *end, uint32_t *code, bool *is_byte);

static const reader readers[] = {read_json, read_html, read_percent};
static const char marks[] = {'\\', '&', '%'};

#define READERS (sizeof(readers) / sizeof(readers[0]))

/* Fills INNER with OUTER's bytes without their escapes of one kind. */
static void unescape(const struct layer *outer, reader read, struct layer *inner)
{
  const char *end = outer->bytes + outer->length;
  size_t length;

  for (size_t at = 0; at < outer->length; at += length) {
    uint32_t code = 0;
    bool is_byte = true;

    length = read(outer->bytes + at, end, &code, &is_byte);
    if (length > 0 && !is_byte) {
      add_code(inner, code, outer->from[at]);
      continue;
    }
    inner->bytes[inner->length] = length > 0 ? (char)code : outer->bytes[at];
    inner->from[inner->length++] = outer->from[at];
    length = length > 0 ? length : 1;
  }
  inner->from[inner->length] = outer->from[outer->length];
}

/* ---- looking for one ---- */

/* Writes over each place of TEXT where LAYER has WANTED, or so much of it that the rest does not matter. */
static void blot_text(const struct layer *layer, char *text, const char *wanted, size_t size)
{
  size_t enough = size < TELLING ? size : TELLING;
  char first = mf_lower(wanted[0]);

  for (size_t at = 0; at + enough <= layer->length; at++) {
    size_t same = 0;

    if (mf_lower(layer->bytes[at]) != first)
      continue;
    while (same < size && at + same < layer->length && mf_lower(layer->bytes[at + same]) == mf_lower(wanted[same]))
      same++;
    if (same >= enough)
      memset(text + layer->from[at], '*', layer->from[at + same] - layer->from[at]);
  }
}

static void blot_layer(const struct mf_secrets *secrets, const struct layer *layer, char *text)
{
  for (size_t i = 0; i < secrets->count; i++)
    for (size_t j = 0; j < MF_SPELLINGS; j++)
      blot_text(layer, text, secrets->items[i].texts[j], secrets->items[i].sizes[j]);
}

/* The layer itself, and what is below its escapes. */
static bool blot_below(const struct mf_secrets *secrets, const struct layer *layer, char *text, int depth)
{
  bool ok = true;

  blot_layer(secrets, layer, text);
  for (size_t i = 0; ok && depth < DEPTH && i < READERS; i++) {
    struct layer inner = {0};

    if (!memchr(layer->bytes, marks[i], layer->length))
      continue;
    ok = new_layer(&inner, layer->length);
    if (ok) {
      unescape(layer, readers[i], &inner);
      ok = blot_below(secrets, &inner, text, depth + 1);
    }
    free_layer(&inner);
  }
  return ok;
}

void mf_secrets_blot(const struct mf_secrets *secrets, char *text, size_t length)
{
  struct layer given = {0};
  bool ok;

  if (secrets->count == 0 || length == 0)
    return;
  ok = new_layer(&given, length);
  if (ok) {
    memcpy(given.bytes, text, length);
    for (size_t i = 0; i <= length; i++)
      given.from[i] = i;
    given.length = length;
    ok = blot_below(secrets, &given, text, 0);
  }
  free_layer(&given);
  if (!ok)
    memset(text, '*', length);
}
