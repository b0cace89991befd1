#include "config_file.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/ascii.h"
#include "../base/base64.h"
#include "../json/tree.h"
#include "helper.h"

/* Who reads an entry, for its warnings. */
struct reader {
  const char *label;
  const char *registry;
  struct mf_texts *warnings;
};

/* One name in two spellings: docker takes both together, and only the last counts here. */
static void warn_about_names(const struct mf_config_file *file, struct mf_texts *warnings)
{
  static const char *const names[] = {"auths", "credsStore", "credHelpers"};
  const cJSON *member;

  cJSON_ArrayForEach(member, file->document)
  {
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
      if (mf_same_word(member->string, names[i]) && mf_json_member(file->document, names[i]) != member)
        mf_texts_addf(warnings, "%s: \"%s\" is there in several spellings, of which the last counts", file->label,
                      names[i]);
  }
}

static void warn_about_type(const struct mf_config_file *file, const char *name, bool text, struct mf_texts *warnings)
{
  const cJSON *member = mf_json_member(file->document, name);

  if (!member || cJSON_IsNull(member) || (text ? cJSON_IsString(member) : cJSON_IsObject(member)))
    return;
  mf_texts_addf(warnings, "%s: \"%s\" is not %s and is ignored", file->label, name, text ? "a string" : "an object");
}

void mf_config_file_open(struct mf_config_file *file, const char *text, size_t length, const char *label, bool legacy,
                         struct mf_texts *warnings)
{
  struct mf_problem problem;

  *file = (struct mf_config_file){.legacy = legacy};
  snprintf(file->label, sizeof(file->label), "%s", label);
  if (strspn(text, " \t\r\n") == length)
    return;
  file->document = mf_json_parse(text, length, &problem);
  if (!file->document) {
    mf_texts_addf(warnings, "%s is ignored: %s", file->label, problem.text);
    return;
  }
  if (!cJSON_IsObject(file->document)) {
    mf_texts_addf(warnings, "%s is ignored: it is not a JSON object", file->label);
    mf_config_file_close(file);
    return;
  }
  if (legacy)
    return;
  warn_about_names(file, warnings);
  warn_about_type(file, "auths", false, warnings);
  warn_about_type(file, "credHelpers", false, warnings);
  warn_about_type(file, "credsStore", true, warnings);
}

static const cJSON *get_map(const struct mf_config_file *file, const char *name)
{
  const cJSON *map = mf_json_member(file->document, name);

  return cJSON_IsObject(map) ? map : NULL;
}

/* The best member below LIMIT and LAST, the one tried before; NULL when there is none. Equal ranks: the bytewise order.
 */
static const cJSON *find_best(const cJSON *map, const struct mf_config_query *query, int *limit, const cJSON *last)
{
  const cJSON *member, *best = NULL;
  int best_rank = 0;

  cJSON_ArrayForEach(member, map)
  {
    int rank = mf_config_key_rank(query, member->string);

    if (rank == 0 || rank > *limit || rank < best_rank)
      continue;
    if (last && rank == *limit && strcmp(member->string, last->string) <= 0)
      continue;
    if (best && rank == best_rank && strcmp(member->string, best->string) >= 0)
      continue;
    best = member;
    best_rank = rank;
  }
  *limit = best_rank;
  return best;
}

static int take_helper(const struct mf_config_file *file, const char *what, const cJSON *item,
                       char name[MF_HELPER_NAME], struct mf_problem *problem)
{
  if (!item || !cJSON_IsString(item) || !mf_helper_name_valid(item->valuestring)) {
    mf_problem_set(problem, MF_PROBLEM_CREDENTIALS, "%s: %s is not the name of a credential helper", file->label, what);
    return -1;
  }
  snprintf(name, MF_HELPER_NAME, "%s", item->valuestring);
  return 1;
}

int mf_config_file_host_helper(const struct mf_config_file *file, const struct mf_config_query *query,
                               char name[MF_HELPER_NAME], struct mf_problem *problem)
{
  const cJSON *map = file->legacy ? NULL : get_map(file, "credHelpers");
  struct mf_config_query host = *query;
  const cJSON *item;
  int limit = INT_MAX;

  host.repository[0] = '\0'; /* helpers are chosen by host alone */
  item = find_best(map, &host, &limit, NULL);
  return item ? take_helper(file, "an entry of \"credHelpers\"", item, name, problem) : 0;
}

int mf_config_file_store(const struct mf_config_file *file, char name[MF_HELPER_NAME], struct mf_problem *problem)
{
  const cJSON *item = file->legacy ? NULL : mf_json_member(file->document, "credsStore");

  if (!item || !cJSON_IsString(item) || !item->valuestring[0])
    return 0;
  return take_helper(file, "\"credsStore\"", item, name, problem);
}

static bool warn(const struct reader *reader, const char *why)
{
  mf_texts_addf(reader->warnings, "%s: an entry for %s is ignored: %s", reader->label, reader->registry, why);
  return false;
}

static bool is_plain(const char *token)
{
  while (mf_is_visible(*token))
    token++;
  return *token == '\0';
}

/* PLAIN is what "auth" stood for: "user:password", perhaps with NULs that an old docker put at the end. */
static bool split_auth(const struct reader *reader, struct mf_bytes *plain, struct mf_credentials *credentials)
{
  char *colon;

  while (plain->length > 0 && plain->data[plain->length - 1] == '\0')
    plain->length--;
  if (plain->length == 0 || memchr(plain->data, '\0', plain->length))
    return warn(reader, "\"auth\" holds a NUL or nothing");
  colon = strchr(plain->data, ':');
  if (!colon)
    return warn(reader, "\"auth\" has no colon");
  *colon = '\0';
  if (mf_has_control(plain->data) || mf_has_control(colon + 1))
    return warn(reader, "\"auth\" holds a control byte");
  return mf_credentials_set(&credentials->username, plain->data) &&
         mf_credentials_set(&credentials->password, colon + 1);
}

/* Base64 without the line ends that some programs write, and docker passes over. */
static bool join_lines(struct mf_bytes *joined, const char *text)
{
  if (!mf_bytes_reserve(joined, strlen(text)))
    return false;
  for (; *text; text++)
    if (*text != '\r' && *text != '\n' && !mf_bytes_add(joined, text, 1))
      return false;
  return true;
}

static bool decode_auth(const struct reader *reader, const char *auth, struct mf_credentials *credentials)
{
  struct mf_problem ignored;
  struct mf_bytes joined;
  struct mf_bytes plain;
  bool ok;

  mf_bytes_init(&joined, strlen(auth));
  mf_bytes_init(&plain, strlen(auth));
  joined.secret = plain.secret = true;
  if (join_lines(&joined, auth) && mf_base64_decode(&plain, joined.data, joined.length, &ignored))
    ok = split_auth(reader, &plain, credentials);
  else
    ok = warn(reader, "\"auth\" is not base64");
  mf_bytes_free(&plain);
  mf_bytes_free(&joined);
  return ok;
}

/* The member's text, NULL when absent or empty; BAD is set when it is no string. */
static const char *get_text(const cJSON *entry, const char *name, bool *bad)
{
  const cJSON *item = mf_json_member(entry, name);

  if (item && !cJSON_IsString(item) && !cJSON_IsNull(item))
    *bad = true;
  return item && cJSON_IsString(item) && item->valuestring[0] ? item->valuestring : NULL;
}

static bool read_entry(const struct reader *reader, const cJSON *entry, struct mf_credentials *credentials)
{
  bool bad = !cJSON_IsObject(entry);
  const char *auth = get_text(entry, "auth", &bad);
  const char *username = get_text(entry, "username", &bad);
  const char *password = get_text(entry, "password", &bad);
  const char *identity = get_text(entry, "identitytoken", &bad);
  const char *registry = get_text(entry, "registrytoken", &bad);

  if (bad)
    return warn(reader, "it is not an object of strings");
  if ((identity && !is_plain(identity)) || (registry && !is_plain(registry)))
    return warn(reader, "a token in it has bytes that no token may have");
  if (auth && !decode_auth(reader, auth, credentials))
    return false;
  if (!auth && username && password) {
    if (mf_has_control(username) || mf_has_control(password))
      return warn(reader, "it holds a control byte");
    if (!mf_credentials_set(&credentials->username, username) || !mf_credentials_set(&credentials->password, password))
      return false;
  }
  if (!mf_credentials_set(&credentials->identity_token, identity) ||
      !mf_credentials_set(&credentials->registry_token, registry))
    return false;
  if (credentials->password && (identity || registry) && !credentials->password[0])
    mf_credentials_set(&credentials->password, NULL);
  if (auth && !mf_credentials_any(credentials))
    return warn(reader, "its user name is empty");
  return mf_credentials_any(credentials);
}

bool mf_config_file_auth(const struct mf_config_file *file, const struct mf_config_query *query,
                         struct mf_credentials *credentials, struct mf_texts *warnings)
{
  const cJSON *map = file->legacy ? file->document : get_map(file, "auths");
  struct reader reader = {file->label, query->registry, warnings};
  const cJSON *entry = NULL;
  int limit = INT_MAX;

  while ((entry = find_best(map, query, &limit, entry)) != NULL) {
    struct mf_credentials found = {.username = NULL};

    if (read_entry(&reader, entry, &found)) {
      mf_credentials_free(credentials);
      *credentials = found;
      return true;
    }
    mf_credentials_free(&found);
  }
  return false;
}

void mf_config_file_close(struct mf_config_file *file)
{
  cJSON *document = file->document;

  file->document = NULL;
  mf_json_delete(document);
}
