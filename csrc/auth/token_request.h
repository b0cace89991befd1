/* What to send to a token server, and what to try next when it refuses the way it was asked. */
#ifndef MF_TOKEN_REQUEST_H
#define MF_TOKEN_REQUEST_H

#include <stdbool.h>

#include "../base/problem.h"
#include "../credential/credentials.h"
#include "../header/challenge.h"
#include "../header/scope.h"

#define MF_TOKEN_CLIENT_ID "manifest"

enum mf_token_flow {
  MF_TOKEN_GET,      /* GET with the query; with Basic when there is a password */
  MF_TOKEN_REFRESH,  /* POST grant_type=refresh_token with the identity token */
  MF_TOKEN_PASSWORD, /* POST grant_type=password */
  MF_TOKEN_GIVE_UP,  /* nothing left to try */
};

struct mf_token_request {
  char *url;
  char *form; /* POST body (application/x-www-form-urlencoded), or NULL: GET. Holds secrets */
  bool basic; /* send the credentials as Basic (mf_credentials_basic); never when form is set */
};

/* The flow to begin with: an identity token is refreshed, everything else is a GET. */
enum mf_token_flow mf_token_first_flow(const struct mf_credentials *credentials);
/* The flow after FLOW was answered with STATUS (not 200): refresh 400/401/404/405 -> GET when a password is held; GET
   404/405 -> password POST when one is held and none was tried. */
enum mf_token_flow mf_token_next_flow(enum mf_token_flow flow, int status, const struct mf_credentials *credentials);
/* Builds it. OFFLINE: an identity token is wanted too. CREDENTIALS have what FLOW sends. The realm's own query
   parameters stay in the URL; every value is percent-encoded. SCOPES in their order: newly demanded first. */
bool mf_token_request_build(struct mf_token_request *request, enum mf_token_flow flow, const char *realm,
                            const char *service, const struct mf_scopes *scopes, bool offline,
                            const struct mf_credentials *credentials, struct mf_problem *problem);
/* Overwrites and frees; safe twice. */
void mf_token_request_free(struct mf_token_request *request);

#endif
