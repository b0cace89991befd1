#include "credentials.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/ascii.h"
#include "../base/base64.h"
#include "../base/hash.h"
#include "../base/secret.h"

bool mf_credentials_set(char **field, const char *text)
{
  char *copy = text ? strdup(text) : NULL;

  if (text && !copy)
    return false;
  mf_secret_free(*field);
  *field = copy;
  return true;
}

bool mf_credentials_copy(struct mf_credentials *to, const struct mf_credentials *from)
{
  return mf_credentials_set(&to->username, from->username) && mf_credentials_set(&to->password, from->password) &&
         mf_credentials_set(&to->identity_token, from->identity_token) &&
         mf_credentials_set(&to->registry_token, from->registry_token);
}

bool mf_credentials_have_password(const struct mf_credentials *credentials)
{
  return credentials->username && credentials->username[0] && credentials->password;
}

bool mf_credentials_any(const struct mf_credentials *credentials)
{
  return mf_credentials_have_password(credentials) || credentials->identity_token || credentials->registry_token;
}

/* Hashes a field with its length, so that no two sets of fields give the same bytes. */
static bool hash_field(struct mf_hash *hash, const char *field)
{
  struct mf_problem ignored;
  size_t length = field ? strlen(field) + 1 : 0;

  return mf_hash_update(hash, &length, sizeof(length), &ignored) &&
         mf_hash_update(hash, field ? field : "", length, &ignored);
}

void mf_credentials_identity(const struct mf_credentials *credentials, char identity[MF_CREDENTIALS_IDENTITY])
{
  char hex[MF_HASH_HEX_MAX + 1];
  struct mf_hash hash = {.context = NULL};
  struct mf_problem ignored;

  identity[0] = '\0';
  if (!mf_credentials_any(credentials))
    return;
  if (mf_hash_open(&hash, "sha256", &ignored) && hash_field(&hash, credentials->username) &&
      hash_field(&hash, credentials->password) && hash_field(&hash, credentials->identity_token) &&
      hash_field(&hash, credentials->registry_token) && mf_hash_hex(&hash, hex, &ignored))
    snprintf(identity, MF_CREDENTIALS_IDENTITY, "%.64s", hex);
  else /* Never shared with anybody: a cache that misses is only slower. */
    snprintf(identity, MF_CREDENTIALS_IDENTITY, "unhashed %p", (const void *)credentials);
  mf_hash_close(&hash);
}

bool mf_credentials_basic(const struct mf_credentials *credentials, struct mf_bytes *value, struct mf_problem *problem)
{
  struct mf_bytes plain;
  size_t length;
  bool ok;

  if (!mf_credentials_have_password(credentials))
    return mf_problem_set(problem, MF_PROBLEM_CREDENTIALS, "there is no user name and password to send");
  if (strchr(credentials->username, ':'))
    return mf_problem_set(problem, MF_PROBLEM_CREDENTIALS, "the user name holds a ':', which Basic cannot express");
  if (mf_has_control(credentials->username) || mf_has_control(credentials->password))
    return mf_problem_set(problem, MF_PROBLEM_CREDENTIALS,
                          "the user name or password holds a control byte, such as a line break at its end");
  length = strlen(credentials->username) + 1 + strlen(credentials->password);
  mf_bytes_init(&plain, length);
  plain.secret = true;
  ok = mf_bytes_add_text(&plain, credentials->username) && mf_bytes_add(&plain, ":", 1) &&
       mf_bytes_add_text(&plain, credentials->password);
  if (!ok)
    mf_problem_set(problem, MF_PROBLEM_MEMORY, "memory ran out");
  ok = ok && mf_bytes_add_text(value, "Basic ") && mf_base64_encode(value, plain.data, plain.length, problem);
  mf_bytes_free(&plain);
  return ok;
}

void mf_credentials_free(struct mf_credentials *credentials)
{
  mf_credentials_set(&credentials->username, NULL);
  mf_credentials_set(&credentials->password, NULL);
  mf_credentials_set(&credentials->identity_token, NULL);
  mf_credentials_set(&credentials->registry_token, NULL);
}
