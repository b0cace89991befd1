#include "helper.h"

#include <stdio.h>
#include <string.h>

#include "../base/ascii.h"
#include "../json/tree.h"

#define NAME_LONGEST 100
#define NOT_FOUND_TEXT "credentials not found in native keychain"

bool mf_helper_name_valid(const char *name)
{
  size_t length = 0;

  while (mf_is_alnum(name[length]) || name[length] == '.' || name[length] == '_' || name[length] == '-')
    length++;
  return name[length] == '\0' && length >= 1 && length <= NAME_LONGEST && name[0] != '-' && name[0] != '.';
}

void mf_helper_program(const char *name, char program[MF_HELPER_PROGRAM])
{
  snprintf(program, MF_HELPER_PROGRAM, "docker-credential-%s", name);
}

static enum mf_helper_result fail(const char *name, const char *why, struct mf_problem *problem)
{
  mf_problem_set(problem, MF_PROBLEM_CREDENTIALS, "the credential helper docker-credential-%s %s", name, why);
  return MF_HELPER_FAILED;
}

static bool is_blank(char byte)
{
  return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* The first line of what a failing helper said: helpers explain themselves on standard output. Nothing is shown when it
   might be an answer, which holds a secret. */
static void quote_line(const char *output, size_t length, char text[160])
{
  size_t at = 0;
  size_t used = 0;

  text[0] = '\0';
  if (memchr(output, '{', length) || memmem(output, length, "Secret", 6))
    return;
  while (at < length && is_blank(output[at]))
    at++;
  for (; at < length && output[at] != '\n' && used < 150; at++)
    text[used++] = mf_is_visible(output[at]) ? output[at] : ' ';
  text[used] = '\0';
}

/* The one message of the protocol that is no failure. */
static bool says_not_found(const char *output, size_t length)
{
  while (length > 0 && is_blank(output[0])) {
    output++;
    length--;
  }
  while (length > 0 && is_blank(output[length - 1]))
    length--;
  return length == strlen(NOT_FOUND_TEXT) && memcmp(output, NOT_FOUND_TEXT, length) == 0;
}

static enum mf_helper_result read_failure(const char *name, int exit_status, const char *output, size_t length,
                                          struct mf_problem *problem)
{
  char line[160];
  char why[256];

  quote_line(output, length, line);
  if (exit_status > 128)
    snprintf(why, sizeof(why), "was killed by signal %d", exit_status - 128);
  else
    snprintf(why, sizeof(why), "ended with status %d%s%s", exit_status, line[0] ? ": " : "", line);
  return fail(name, why, problem);
}

static const char *get_text(const cJSON *answer, const char *name)
{
  const cJSON *item = mf_json_member(answer, name);

  return item && cJSON_IsString(item) ? item->valuestring : "";
}

static enum mf_helper_result read_answer(const char *name, const cJSON *answer, struct mf_credentials *credentials,
                                         struct mf_problem *problem)
{
  const char *username = get_text(answer, "Username");
  const char *secret = get_text(answer, "Secret");
  bool ok;

  if (!cJSON_IsObject(answer))
    return fail(name, "gave an answer that is not a JSON object", problem);
  if (!username[0] && !secret[0])
    return MF_HELPER_NOT_FOUND;
  if (!username[0] || !secret[0])
    return fail(name, username[0] ? "gave no secret" : "gave no user name", problem);
  if (strcmp(username, "<token>") == 0)
    ok = mf_credentials_set(&credentials->identity_token, secret);
  else
    ok = mf_credentials_set(&credentials->username, username) && mf_credentials_set(&credentials->password, secret);
  return ok ? MF_HELPER_FOUND : fail(name, "gave an answer that memory has no room for", problem);
}

enum mf_helper_result mf_helper_read(const char *name, int exit_status, const char *output, size_t length,
                                     struct mf_credentials *credentials, struct mf_problem *problem)
{
  struct mf_problem ignored;
  enum mf_helper_result result;
  cJSON *answer;

  /* With status 0 too: a host that ignores SIGCHLD takes the status away. */
  if (exit_status < 128 && says_not_found(output, length))
    return MF_HELPER_NOT_FOUND;
  if (exit_status != 0)
    return read_failure(name, exit_status, output, length, problem);
  answer = length > 0 ? mf_json_parse(output, length, &ignored) : NULL;
  if (!answer)
    return fail(name, "gave an answer that is not JSON", problem);
  result = read_answer(name, answer, credentials, problem);
  mf_json_delete(answer);
  return result;
}
