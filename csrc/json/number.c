#include "number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/ascii.h"

static bool is_digit(const char *at, const char *end)
{
  return at < end && mf_is_digit(*at);
}

static const char *skip_digits(const char *at, const char *end)
{
  while (is_digit(at, end))
    at++;
  return at;
}

static const char *skip_sign(const char *at, const char *end)
{
  return at < end && (*at == '+' || *at == '-') ? at + 1 : at;
}

bool mf_json_number_scan(const char *at, const char *end, struct mf_json_number *number)
{
  *number = (struct mf_json_number){.end = at < end && *at == '-' ? at + 1 : at};
  if (!is_digit(number->end, end))
    return false;
  /* A leading zero stands alone; a digit after it is then no part of this number. */
  number->end = *number->end == '0' ? number->end + 1 : skip_digits(number->end, end);
  if (number->end < end && *number->end == '.') {
    number->fraction = true;
    number->end++;
    if (!is_digit(number->end, end))
      return false;
    number->end = skip_digits(number->end, end);
  }
  if (number->end < end && (*number->end == 'e' || *number->end == 'E')) {
    number->fraction = true;
    number->end = skip_sign(number->end + 1, end);
    if (!is_digit(number->end, end))
      return false;
    number->end = skip_digits(number->end, end);
  }
  return true;
}

/* Copies the digits of "d.ddde+xx" without trailing zeros. Returns how many; the exponent goes to ORDER. */
static size_t split_scientific(const char *scientific, char *digits, int *order)
{
  size_t count = 0;
  const char *mark = strchr(scientific, 'e');

  for (const char *at = scientific; at < mark; at++)
    if (mf_is_digit(*at))
      digits[count++] = *at;
  while (count > 1 && digits[count - 1] == '0')
    count--;
  *order = (int)strtol(mark + 1, NULL, 10);
  return count;
}

/* The fewest digits after the first (16 always do) with which the value reads back unchanged. */
static void write_shortest(double value, char *text, size_t size)
{
  for (int precision = 0; precision <= 16; precision++) {
    snprintf(text, size, "%.*e", precision, value);
    if (strtod(text, NULL) == value)
      return;
  }
}

/* Both leave room for a sign before TEXT. */
static size_t write_exponent(char *text, const char *digits, size_t count, int order)
{
  int written = snprintf(text, MF_JSON_NUMBER_TEXT - 1, "%c%s%.*se%+d", digits[0], count > 1 ? "." : "", (int)count - 1,
                         digits + 1, order);

  return (size_t)written;
}

static size_t write_plain(char *text, const char *digits, size_t count, int order)
{
  int whole = order + 1;
  int written;

  if (whole > 0) /* a value with a fraction has more digits than its whole part */
    written = snprintf(text, MF_JSON_NUMBER_TEXT - 1, "%.*s.%.*s", whole, digits, (int)count - whole, digits + whole);
  else
    written = snprintf(text, MF_JSON_NUMBER_TEXT - 1, "0.%.*s%.*s", -whole, "000000", (int)count, digits);
  return (size_t)written;
}

size_t mf_json_number_write(double value, char text[MF_JSON_NUMBER_TEXT])
{
  char scientific[40];
  char digits[20] = "0";
  size_t count;
  size_t sign = value < 0 ? 1 : 0;
  int order;

  if (fabs(value) <= (double)MF_JSON_INTEGER_MAX && floor(value) == value)
    return (size_t)snprintf(text, MF_JSON_NUMBER_TEXT, "%lld", (long long)value);
  write_shortest(fabs(value), scientific, sizeof(scientific));
  count = split_scientific(scientific, digits, &order);
  if (sign)
    *text = '-';
  if (order < -6 || floor(value) == value)
    return sign + write_exponent(text + sign, digits, count, order);
  return sign + write_plain(text + sign, digits, count, order);
}
