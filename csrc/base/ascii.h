/* Character classes of ASCII whatever the locale says: protocols do not change with os.setlocale. */
#ifndef MF_ASCII_H
#define MF_ASCII_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static inline bool mf_is_digit(char byte)
{
  return byte >= '0' && byte <= '9';
}

static inline bool mf_is_alpha(char byte)
{
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static inline bool mf_is_alnum(char byte)
{
  return mf_is_alpha(byte) || mf_is_digit(byte);
}

/* Of a token of HTTP, such as a header's name. */
static inline bool mf_is_token(char byte)
{
  return mf_is_alnum(byte) || (byte && strchr("!#$%&'*+-.^_`|~", byte));
}

static inline bool mf_is_visible(char byte)
{
  return byte > 0x20 && byte < 0x7f;
}

static inline bool mf_is_control(char byte)
{
  return (unsigned char)byte < 0x20 || byte == 0x7f;
}

static inline bool mf_has_control(const char *text)
{
  while (*text && !mf_is_control(*text))
    text++;
  return *text != '\0';
}

/* The last BYTE among the first LENGTH of TEXT, or NULL. Not every C library has memrchr. */
static inline const char *mf_last_byte(const char *text, char byte, size_t length)
{
  while (length > 0 && text[length - 1] != byte)
    length--;
  return length > 0 ? text + length - 1 : NULL;
}

static inline char mf_lower(char byte)
{
  return byte >= 'A' && byte <= 'Z' ? (char)(byte + 32) : byte;
}

/* Are the first LENGTH bytes of TEXT the word (lower case), whatever their case? */
static inline bool mf_starts_with_word(const char *text, const char *word, size_t length)
{
  for (size_t i = 0; i < length; i++)
    if (mf_lower(text[i]) != word[i] || word[i] == '\0')
      return false;
  return true;
}

/* Does TEXT hold the word (lower case), whatever its case? */
static inline bool mf_has_word(const char *text, const char *word)
{
  size_t length = strlen(word);
  size_t rest = strlen(text);

  while (rest >= length && !mf_starts_with_word(text, word, length)) {
    text++;
    rest--;
  }
  return rest >= length;
}

/* Are both the same but for their case? */
static inline bool mf_same_word(const char *one, const char *other)
{
  while (*one && mf_lower(*one) == mf_lower(*other)) {
    one++;
    other++;
  }
  return mf_lower(*one) == mf_lower(*other);
}

/* Lower-cases in place. */
static inline void mf_lower_text(char *text)
{
  for (; *text; text++)
    *text = mf_lower(*text);
}

#endif
