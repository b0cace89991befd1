/* The token server's answer: one token out of untrusted JSON, or the words of a refusal. No message shows more of it.
 */
#ifndef MF_TOKEN_RESPONSE_H
#define MF_TOKEN_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/problem.h"

#define MF_TOKEN_BODY 65536 /* most bytes of an answer; the transfer's limit */
#define MF_TOKEN_LENGTH 16384
#define MF_TOKEN_WORDS 192

struct mf_token {
  char *token;         /* 1..16384 visible ASCII bytes */
  char *refresh_token; /* same, or NULL */
  int lifetime;        /* seconds from receipt: 60..86400 */
  bool differ;         /* token and access_token were both there and differ (access_token was taken) */
};

/* REALM_HOST for the message. Problem: unauthorized, "token server HOST did not return a token" and why. */
bool mf_token_parse(const char *body, size_t length, const char *realm_host, struct mf_token *token,
                    struct mf_problem *problem);
/* What a refusal says to people, as one line; "" when that is nothing. Secrets are no longer in BODY. */
void mf_token_refusal(const char *body, size_t length, char words[MF_TOKEN_WORDS]);
/* When to fetch a new one: seconds from receipt, 10 % (at least 5 s) before the lifetime ends. */
int mf_token_use_for(const struct mf_token *token);
/* Overwrites and frees; safe twice. */
void mf_token_free(struct mf_token *token);

#endif
