/* Bearer tokens for requests: from the cache, from a fetch under way that will serve, or from a new one. */
#ifndef MF_BEARER_H
#define MF_BEARER_H

#include "../base/bytes.h"
#include "../credential/credentials.h"
#include "../header/challenge.h"
#include "ticket.h"

struct mf_bearer;

struct mf_bearer *mf_bearer_new(struct mf_network *network);
void mf_bearer_free(struct mf_bearer *bearer);
/* Adds "Bearer TOKEN" to VALUE (READY), or lets the ticket wait for a token (WAITING). The realm is judged before it is
   asked, and again whether it may see the credentials. */
enum mf_readiness mf_bearer_value(struct mf_bearer *bearer, struct mf_ticket *ticket,
                                  const struct mf_challenge *challenge, const struct mf_credentials *credentials,
                                  struct mf_bytes *value, struct mf_problem *problem);
/* The registry refused this token: it is not used again. */
void mf_bearer_refused(struct mf_bearer *bearer, const char *token);

#endif
