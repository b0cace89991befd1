#include "token_claims.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/base64.h"
#include "../base/bytes.h"
#include "../header/scope.h"
#include "../json/tree.h"
#include "token_response.h"

/* Appends the bytes of a part of a token: base64 with the alphabet of URLs, and without pads. */
static bool decode_part(const char *part, size_t length, struct mf_bytes *decoded)
{
  struct mf_problem ignored;
  struct mf_bytes padded;
  bool ok;

  mf_bytes_init(&padded, MF_TOKEN_LENGTH + 4);
  padded.secret = true;
  ok = mf_bytes_add(&padded, part, length);
  while (ok && padded.length % 4 != 0)
    ok = mf_bytes_add_text(&padded, "=");
  for (size_t i = 0; ok && i < padded.length; i++)
    padded.data[i] = padded.data[i] == '-' ? '+' : padded.data[i] == '_' ? '/' : padded.data[i];
  ok = ok && padded.length > 0 && mf_base64_decode(decoded, padded.data, padded.length, &ignored);
  mf_bytes_free(&padded);
  return ok;
}

/* The claims of a token, or NULL. */
static cJSON *read_claims(const char *token)
{
  const char *head = strchr(token, '.');
  const char *end = head ? strchr(head + 1, '.') : NULL;
  struct mf_problem ignored;
  struct mf_bytes decoded;
  cJSON *claims = NULL;

  mf_bytes_init(&decoded, MF_TOKEN_LENGTH);
  decoded.secret = true;
  if (end && decode_part(head + 1, (size_t)(end - head - 1), &decoded) && decoded.length > 0)
    claims = mf_json_parse(decoded.data, decoded.length, &ignored);
  mf_bytes_free(&decoded);
  return claims;
}

static const char *text_of(const cJSON *entry, const char *name)
{
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(entry, name);

  return cJSON_IsString(item) ? item->valuestring : "";
}

/* Adds one entry of `access`: {"type": "repository", "name": "app", "actions": ["pull"]}. */
static bool add_entry(struct mf_scopes *scopes, const cJSON *entry)
{
  const cJSON *action;
  char text[MF_SCOPE_LENGTH];

  cJSON_ArrayForEach(action, cJSON_GetObjectItemCaseSensitive(entry, "actions"))
  {
    int length = snprintf(text, sizeof(text), "%s:%s:%s", text_of(entry, "type"), text_of(entry, "name"),
                          cJSON_IsString(action) ? action->valuestring : "");
    if (length < (int)sizeof(text) && !mf_scopes_add(scopes, text))
      return false;
  }
  return true;
}

char *mf_token_granted(const char *token)
{
  cJSON *claims = read_claims(token);
  const cJSON *access = cJSON_GetObjectItemCaseSensitive(claims, "access");
  bool ok = cJSON_IsArray(access) || cJSON_IsNull(access); /* Go writes null for a list of nothing */
  struct mf_scopes scopes = {0};
  struct mf_bytes bytes;
  const cJSON *entry;
  char *granted = NULL;

  mf_bytes_init(&bytes, (size_t)MF_SCOPES_MOST * MF_SCOPE_LENGTH);
  cJSON_ArrayForEach(entry, access) ok = ok && add_entry(&scopes, entry);
  if (ok && mf_scopes_print(&scopes, &bytes))
    granted = strdup(bytes.length > 0 ? bytes.data : "");
  mf_bytes_free(&bytes);
  mf_scopes_free(&scopes);
  mf_json_delete(claims);
  return granted;
}
