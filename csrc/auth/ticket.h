/* One request's dealings with authorisation. */
#ifndef MF_TICKET_H
#define MF_TICKET_H

#include "../curl/endpoint.h"
#include "../header/scope.h"
#include "token_fetch.h"

enum mf_readiness { MF_READY, MF_WAITING, MF_FAILED };

/* All zero but for what the caller sets. */
struct mf_ticket {
  struct mf_endpoint *endpoint;   /* the registry (set by the caller) */
  const char *registry;           /* credentials are looked up under this name (caller); NULL: send none */
  const char *repository;         /* (caller) may be NULL */
  const struct mf_scopes *wanted; /* (caller) all that its verb needs, so that one token serves; may be NULL */
  struct mf_scopes own;           /* what takes its place once a challenge demanded more, or a token server gave less */
  bool has_own;
  struct mf_token_fetch *fetch; /* the token it waits for */
  bool narrowed;                /* the token server refused the whole: only what is demanded is asked for */
  char *sent;                   /* the last value sent, to know what was refused */
  int refusals;                 /* 401 answers so far */
};

/* What a token for it must cover. */
const struct mf_scopes *mf_ticket_scopes(const struct mf_ticket *ticket);
/* A challenge demanded these too. False when memory is short. */
bool mf_ticket_demand(struct mf_ticket *ticket, const struct mf_scopes *demanded);
/* Leaves only what was demanded. False when that is no less, was tried before, or memory is short. */
bool mf_ticket_narrow(struct mf_ticket *ticket);
/* The request is over, however it went. Frees what the ticket owns. */
void mf_ticket_free(struct mf_ticket *ticket);
/* Overwrites and forgets the value last sent. */
void mf_ticket_forget(struct mf_ticket *ticket);

#endif
