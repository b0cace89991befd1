/* The inside of a token fetch, shared by token_fetch.c (what it does) and token_wire.c (what it sends). */
#ifndef MF_TOKEN_FETCH_STATE_H
#define MF_TOKEN_FETCH_STATE_H

#include "../../bytes.h"
#include "credentials.h"
#include "../endpoint.h"
#include "../network.h"
#include "scope.h"
#include "../source.h"
#include "token_cache.h"
#include "token_request.h"
#include "token_response.h"
#include "../transfer.h"

struct mf_token_fetch {
  struct mf_task task;
  int references;
  struct mf_network *network;
  const struct mf_endpoint *registry;
  struct mf_endpoint *server; /* of the realm */
  struct mf_token_key key;
  struct mf_scopes scopes;
  struct mf_credentials credentials;
  enum mf_token_flow flow;
  struct mf_token_request request;
  struct mf_source *source;
  struct mf_transfer *transfer;
  struct mf_bytes body;
  double deadline;
  double sent;
  int tries;
  int refusals; /* 429 */
  int redirects;
  struct mf_token token;
  struct mf_problem problem;
};

/* Puts the prepared request on the wire. False: problem set. */
bool mf_token_wire_send(struct mf_token_fetch *fetch);
/* Takes it off again; harmless when there is none. */
void mf_token_wire_drop(struct mf_token_fetch *fetch);

#endif
