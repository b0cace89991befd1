#include "challenge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/ascii.h"
#include "../url/origin.h"
#include "../url/url.h"

/* One header line being read, and the challenge that is open. */
struct reader {
  const char *at;
  const char *end;
  const char *request_url;
  bool cut;          /* the line was longer than the cap: what reaches the end is not whole */
  bool open;         /* CHALLENGE is being read */
  bool bad;          /* ... and is to be dropped */
  bool quoted_realm; /* ... and its realm stood in quotes */
  bool short_memory;
  int parameters;
  struct mf_challenge challenge;
  size_t value_length;
  char value[MF_CHALLENGE_LINE + 1];
};

static bool is_blank(char byte)
{
  return byte == ' ' || byte == '\t';
}

static bool is_token68(char byte)
{
  return mf_is_alnum(byte) || (byte && strchr("-._~+/", byte));
}

static void skip_blanks(struct reader *reader)
{
  while (reader->at < reader->end && is_blank(*reader->at))
    reader->at++;
}

static void skip_to_comma(struct reader *reader)
{
  while (reader->at < reader->end && *reader->at != ',')
    reader->at++;
}

/* Length of the token at AT. */
static size_t token_length(const struct reader *reader)
{
  const char *at = reader->at;

  while (at < reader->end && mf_is_token(*at))
    at++;
  return (size_t)(at - reader->at);
}

static void free_challenge(struct mf_challenge *challenge)
{
  free(challenge->realm);
  free(challenge->service);
  free(challenge->error);
  mf_scopes_free(&challenge->scopes);
  *challenge = (struct mf_challenge){.realm = NULL};
}

/* Makes a Bearer realm absolute. False: not a place to ask, so the challenge is of no use. */
static bool settle_realm(struct reader *reader)
{
  struct mf_challenge *challenge = &reader->challenge;
  struct mf_origin origin;
  struct mf_problem problem;
  char *joined;

  if (!challenge->realm || !challenge->realm[0] || strchr(challenge->realm, '#'))
    return false;
  if (mf_origin_parse(challenge->realm, &origin))
    return true;
  /* Without quotes it may have been cut at a blank or comma; only a whole URL is believed then. */
  if (!reader->quoted_realm || !reader->request_url)
    return false;
  joined = mf_url_join(reader->request_url, challenge->realm, &problem);
  if (!joined)
    return false;
  free(challenge->realm);
  challenge->realm = joined;
  return true;
}

/* Ends the open challenge: keeps it or drops it. */
static void finish(struct reader *reader, struct mf_challenges *challenges)
{
  if (!reader->open)
    return;
  reader->open = false;
  if (reader->challenge.scheme == MF_CHALLENGE_BEARER && !settle_realm(reader))
    reader->bad = true;
  if (reader->bad || challenges->count == MF_CHALLENGE_MOST) {
    challenges->dropped++;
    free_challenge(&reader->challenge);
    return;
  }
  challenges->items[challenges->count++] = reader->challenge;
  reader->challenge = (struct mf_challenge){.realm = NULL};
}

static bool skip_token68(struct reader *reader)
{
  const char *at = reader->at;

  while (at < reader->end && is_token68(*at))
    at++;
  if (at == reader->at)
    return false;
  while (at < reader->end && *at == '=')
    at++;
  while (at < reader->end && is_blank(*at))
    at++;
  if (at < reader->end && *at != ',')
    return false;
  reader->at = at;
  return true;
}

/* Opens a challenge at its scheme's name. */
static void start(struct reader *reader, size_t length)
{
  struct mf_challenge *challenge = &reader->challenge;

  *challenge = (struct mf_challenge){.scheme = MF_CHALLENGE_OTHER};
  if (length == 6 && mf_starts_with_word(reader->at, "bearer", 6))
    challenge->scheme = MF_CHALLENGE_BEARER;
  else if (length == 5 && mf_starts_with_word(reader->at, "basic", 5))
    challenge->scheme = MF_CHALLENGE_BASIC;
  snprintf(challenge->name, sizeof(challenge->name), "%.*s", (int)length, reader->at);
  mf_lower_text(challenge->name);
  reader->at += length;
  reader->open = true;
  reader->quoted_realm = false;
  reader->parameters = 0;
  /* A scheme is followed by a blank, a comma or the end. */
  reader->bad = reader->at < reader->end && !is_blank(*reader->at) && *reader->at != ',';
  if (reader->bad) {
    skip_to_comma(reader);
    return;
  }
  skip_blanks(reader);
  skip_token68(reader);
}

static void keep_byte(struct reader *reader, char byte)
{
  if (mf_is_control(byte))
    reader->bad = true;
  reader->value[reader->value_length++] = byte;
}

/* The opening quote was passed. A backslash goes away and the byte after it stays, whatever it is. */
static bool read_quoted(struct reader *reader)
{
  while (reader->at < reader->end && *reader->at != '"') {
    if (*reader->at == '\\' && ++reader->at == reader->end)
      return false;
    keep_byte(reader, *reader->at++);
  }
  if (reader->at == reader->end)
    return false;
  reader->at++;
  return reader->at == reader->end || is_blank(*reader->at) || *reader->at == ',';
}

static bool read_unquoted(struct reader *reader)
{
  while (reader->at < reader->end && *reader->at != ',' && !is_blank(*reader->at)) {
    if (strchr("'\";", *reader->at))
      return false;
    keep_byte(reader, *reader->at++);
  }
  return true;
}

static bool read_value(struct reader *reader, bool *quoted)
{
  bool whole;

  skip_blanks(reader);
  reader->value_length = 0;
  *quoted = reader->at < reader->end && *reader->at == '"';
  if (*quoted)
    reader->at++;
  whole = *quoted ? read_quoted(reader) : read_unquoted(reader);
  reader->value[reader->value_length] = '\0';
  return whole;
}

static void set_text(struct reader *reader, char **field)
{
  free(*field);
  *field = strdup(reader->value);
  if (!*field)
    reader->short_memory = true;
}

static bool is_named(const char *name, size_t length, const char *word)
{
  return length == strlen(word) && mf_starts_with_word(name, word, length);
}

static void keep_parameter(struct reader *reader, const char *name, size_t length, bool quoted)
{
  struct mf_challenge *challenge = &reader->challenge;

  if (++reader->parameters > MF_CHALLENGE_PARAMETERS)
    return;
  if (is_named(name, length, "realm")) {
    if (challenge->realm)
      reader->bad = true; /* two places to send a secret to: neither is believed */
    reader->quoted_realm = quoted;
    set_text(reader, &challenge->realm);
  } else if (is_named(name, length, "service")) {
    set_text(reader, &challenge->service);
  } else if (is_named(name, length, "error")) {
    set_text(reader, &challenge->error);
  } else if (is_named(name, length, "scope")) {
    if (!mf_scopes_add(&challenge->scopes, reader->value))
      reader->short_memory = true;
  }
}

/* At a token: a parameter of the open challenge when "=" follows, else the scheme of the next one. */
static void read_element(struct reader *reader, struct mf_challenges *challenges)
{
  const char *name = reader->at;
  size_t length = token_length(reader);
  bool quoted;

  reader->at += length;
  skip_blanks(reader);
  if (reader->at == reader->end || *reader->at != '=') {
    reader->at = name;
    finish(reader, challenges);
    start(reader, length);
    return;
  }
  reader->at++;
  if (!read_value(reader, &quoted)) {
    reader->bad = true;
    skip_to_comma(reader);
  } else if (reader->open && !reader->bad) {
    keep_parameter(reader, name, length, quoted);
  }
}

static void read_line(struct reader *reader, struct mf_challenges *challenges)
{
  while (reader->at < reader->end && !reader->short_memory) {
    if (is_blank(*reader->at) || *reader->at == ',') {
      reader->at++;
    } else if (mf_is_token(*reader->at)) {
      read_element(reader, challenges);
    } else {
      reader->bad = true;
      skip_to_comma(reader);
    }
  }
  if (reader->cut)
    reader->bad = true;
  finish(reader, challenges);
}

bool mf_challenges_add(struct mf_challenges *challenges, const char *line, size_t length, const char *request_url)
{
  struct reader *reader = calloc(1, sizeof(*reader));
  bool ok;

  if (!reader)
    return false;
  reader->cut = length > MF_CHALLENGE_LINE;
  reader->at = line;
  reader->end = line + (reader->cut ? MF_CHALLENGE_LINE : length);
  reader->request_url = request_url;
  read_line(reader, challenges);
  ok = !reader->short_memory;
  free(reader);
  return ok;
}

const struct mf_challenge *mf_challenges_choose(const struct mf_challenges *challenges, bool have_password)
{
  const struct mf_challenge *basic = NULL;

  for (size_t i = 0; i < challenges->count; i++) {
    if (challenges->items[i].scheme == MF_CHALLENGE_BEARER)
      return &challenges->items[i];
    if (challenges->items[i].scheme == MF_CHALLENGE_BASIC && !basic)
      basic = &challenges->items[i];
  }
  return have_password ? basic : NULL;
}

void mf_challenges_print(const struct mf_challenges *challenges, char *text, size_t size)
{
  size_t length = 0;

  snprintf(text, size, "nothing");
  for (size_t i = 0; i < challenges->count && length < size; i++)
    length += (size_t)snprintf(text + length, size - length, "%s%s", i ? ", " : "", challenges->items[i].name);
  if (challenges->dropped && length < size)
    snprintf(text + length, size - length, "%s%zu malformed", length ? ", " : "", challenges->dropped);
}

void mf_challenges_free(struct mf_challenges *challenges)
{
  for (size_t i = 0; i < challenges->count; i++)
    free_challenge(&challenges->items[i]);
  *challenges = (struct mf_challenges){.count = 0};
}
