/* One user's secrets for one registry. Whoever holds them frees them here, which overwrites them first. */
#ifndef MF_CREDENTIALS_H
#define MF_CREDENTIALS_H

#include <stdbool.h>

#include "../base/bytes.h"
#include "../base/problem.h"

#define MF_CREDENTIALS_IDENTITY 65

/* NULL: absent. All zero: anonymous. */
struct mf_credentials {
  char *username;
  char *password;
  char *identity_token; /* an OAuth2 refresh token: POST to the token server */
  char *registry_token; /* sent as Bearer as it is */
};

/* Copies one field in (wiping what was there). False when memory is short. TEXT may be NULL. */
bool mf_credentials_set(char **field, const char *text);
bool mf_credentials_copy(struct mf_credentials *to, const struct mf_credentials *from);
/* Is there any secret at all? */
bool mf_credentials_any(const struct mf_credentials *credentials);
/* Is there a user and password that Basic can carry? */
bool mf_credentials_have_password(const struct mf_credentials *credentials);
/* 64 hex digits that differ when the credentials differ: part of every token cache key. "" for anonymous. */
void mf_credentials_identity(const struct mf_credentials *credentials, char identity[MF_CREDENTIALS_IDENTITY]);
/* Adds "Basic BASE64" to VALUE. False: a user name with ':' or control bytes cannot be expressed (problem), or memory.
 */
bool mf_credentials_basic(const struct mf_credentials *credentials, struct mf_bytes *value, struct mf_problem *problem);
/* Overwrites and frees; safe twice. */
void mf_credentials_free(struct mf_credentials *credentials);

#endif
