/* The inside of an exchange, shared by exchange.c (what it does) and verdict.c (what an answer leads to). */
#ifndef MF_EXCHANGE_STATE_H
#define MF_EXCHANGE_STATE_H

#include "client.h"
#include "receipt.h"
#include "request.h"

struct mf_exchange {
  struct mf_task task;
  struct mf_client *client;
  struct mf_request request;
  struct mf_endpoint *home;     /* the registry */
  struct mf_endpoint *endpoint; /* whom the current URL addresses */
  struct mf_ticket ticket;
  struct mf_transfer *transfer; /* while it is on the wire */
  struct mf_transfer *probe;    /* asks the registry in plain HTTP beside it: see scheme.h */
  bool probed;                  /* it was, since the transfer was sent */
  struct mf_receipt receipt;
  struct mf_sink *memory; /* our own sink, when the request has none */
  struct mf_bytes aside;
  double deadline;
  double not_before; /* waits until then before the next attempt */
  double sent;       /* when the transfer was sent */
  struct mf_pace *pace; /* of the host that it was sent to, while it is on the wire */
  int redirects;
  int tries;      /* attempts since the body last got further: the ones that count against request.attempts */
  int64_t gained; /* bytes of the body that had come by then */
  struct mf_response response;
  struct mf_problem problem;
};

/* Is the current URL one of the registry itself, where secrets may go? */
bool mf_exchange_at_home(const struct mf_exchange *exchange);
/* The registry has begun to answer: whoever waits to know its scheme, or whether it wants credentials, need not wait
   for the end of a long body. */
void mf_exchange_hear(struct mf_exchange *exchange, long status);
/* False while another request finds out whether the registry speaks plain HTTP. */
bool mf_exchange_knows_home(struct mf_exchange *exchange);
/* False, with the problem set, when the URL spells out an address that the registry may not lead to. */
bool mf_exchange_may_go_there(struct mf_exchange *exchange);
/* Puts the scheme that was learned into the URL. False: memory, problem set. */
bool mf_exchange_use_scheme(struct mf_exchange *exchange);

#endif
