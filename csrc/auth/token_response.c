#include "token_response.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/ascii.h"
#include "../base/secret.h"
#include "../json/tree.h"

#define LIFETIME_LEAST 60
#define LIFETIME_MOST 86400

static bool fail(struct mf_problem *problem, const char *host, const char *why)
{
  mf_problem_set(problem, MF_PROBLEM_UNAUTHORIZED, "unauthorized: the token server %s did not return a token: %s", host,
                 why);
  snprintf(problem->host, sizeof(problem->host), "%s", host);
  return false;
}

/* The member's text, or NULL when it is absent, empty or no string. */
static const char *get_text(const cJSON *document, const char *name)
{
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(document, name);

  return cJSON_IsString(item) && item->valuestring[0] ? item->valuestring : NULL;
}

/* Visible ASCII within the limit: it becomes part of a header line. */
static bool is_plain(const char *token)
{
  size_t length = 0;

  while (mf_is_visible(token[length]))
    length++;
  return length <= MF_TOKEN_LENGTH && token[length] == '\0';
}

static int clamp(double seconds)
{
  if (!(seconds > LIFETIME_LEAST))
    return LIFETIME_LEAST;
  return seconds < LIFETIME_MOST ? (int)seconds : LIFETIME_MOST;
}

static int read_lifetime(const cJSON *document)
{
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(document, "expires_in");
  double seconds = 0;

  if (cJSON_IsNumber(item))
    return clamp(item->valuedouble);
  if (!cJSON_IsString(item))
    return LIFETIME_LEAST;
  for (const char *digit = item->valuestring; *digit; digit++) {
    if (!mf_is_digit(*digit))
      return LIFETIME_LEAST;
    seconds = seconds * 10 + (*digit - '0');
  }
  return clamp(seconds);
}

static bool read_document(const cJSON *document, const char *host, struct mf_token *token, struct mf_problem *problem)
{
  const char *access = get_text(document, "access_token");
  const char *plain = get_text(document, "token");
  const char *refresh = get_text(document, "refresh_token");
  const char *text = access ? access : plain;

  if (!cJSON_IsObject(document))
    return fail(problem, host, "its answer is not a JSON object");
  if (!text)
    return fail(problem, host, "its answer holds none");
  if (!is_plain(text))
    return fail(problem, host, "what it sent has bytes that no token may have, or is too long");
  token->differ = access && plain && strcmp(access, plain) != 0;
  token->lifetime = read_lifetime(document);
  token->token = strdup(text);
  token->refresh_token = refresh && is_plain(refresh) ? strdup(refresh) : NULL;
  if (!token->token)
    return mf_problem_set(problem, MF_PROBLEM_MEMORY, "memory ran out");
  return true;
}

bool mf_token_parse(const char *body, size_t length, const char *realm_host, struct mf_token *token,
                    struct mf_problem *problem)
{
  struct mf_problem ignored;
  cJSON *document;
  bool ok;

  *token = (struct mf_token){.token = NULL};
  document = mf_json_parse(body, length, &ignored);
  if (!document)
    return fail(problem, realm_host, "its answer is not JSON");
  ok = read_document(document, realm_host, token, problem);
  mf_json_delete(document);
  return ok;
}

/* The words of a refusal: those of the specification's list of errors, or under the names that token servers have. */
static const char *find_words(const cJSON *document)
{
  static const char *const names[] = {"details", "detail", "message", "error_description"};
  const char *words = get_text(cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(document, "errors"), 0), "message");

  for (size_t i = 0; !words && i < sizeof(names) / sizeof(*names); i++)
    words = get_text(document, names[i]);
  return words ? words : "";
}

void mf_token_refusal(const char *body, size_t length, char words[MF_TOKEN_WORDS])
{
  struct mf_problem ignored;
  cJSON *document = body && length > 0 ? mf_json_parse(body, length, &ignored) : NULL;
  size_t end;

  snprintf(words, MF_TOKEN_WORDS, "%s", find_words(document));
  for (char *byte = words; *byte; byte++)
    if (mf_is_control(*byte))
      *byte = ' ';
  end = strlen(words);
  if (end == MF_TOKEN_WORDS - 1) /* it may have been cut within a character */
    while (end > 0 && (words[end - 1] & 0x80))
      words[--end] = '\0';
  mf_json_delete(document);
}

int mf_token_use_for(const struct mf_token *token)
{
  int early = token->lifetime / 10;

  return token->lifetime - (early < 5 ? 5 : early);
}

void mf_token_free(struct mf_token *token)
{
  mf_secret_free(token->token);
  mf_secret_free(token->refresh_token);
  *token = (struct mf_token){.token = NULL};
}
