/* Fetching one token: the request to a token server, its fallbacks and its few redirects, as a task of the engine.

   Requests that need the same token share one fetch; each holds a reference. */
#ifndef MF_TOKEN_FETCH_H
#define MF_TOKEN_FETCH_H

#include <stdbool.h>

#include "../credential/credentials.h"
#include "../curl/endpoint.h"
#include "../curl/network.h"
#include "../header/scope.h"
#include "token_cache.h"
#include "token_response.h"

struct mf_token_fetch;

/* Starts one. REGISTRY is the endpoint that named the realm. CREDENTIALS: none means anonymous. The caller has judged
   the realm. NULL: problem set. */
struct mf_token_fetch *mf_token_fetch_new(struct mf_network *network, const struct mf_endpoint *registry,
                                          const struct mf_token_key *key, const struct mf_scopes *scopes,
                                          const struct mf_credentials *credentials, struct mf_problem *problem);
struct mf_token_fetch *mf_token_fetch_hold(struct mf_token_fetch *fetch);
/* The last reference ends it. */
void mf_token_fetch_release(struct mf_token_fetch *fetch);
bool mf_token_fetch_done(const struct mf_token_fetch *fetch);
/* Would its token serve a request that wants these scopes under this key? */
bool mf_token_fetch_serves(const struct mf_token_fetch *fetch, const struct mf_token_key *key,
                           const struct mf_scopes *wanted);
/* Once done: the token, or NULL with the problem set. */
const struct mf_token *mf_token_fetch_result(const struct mf_token_fetch *fetch, struct mf_problem *problem);
const struct mf_scopes *mf_token_fetch_scopes(const struct mf_token_fetch *fetch);

#endif
