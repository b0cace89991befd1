/* The userdata of manifest.http, as its files share them. */
#ifndef MFL_USERDATA_H
#define MFL_USERDATA_H

#include <stdbool.h>

#include "../../base/queue.h"
#include "../../exchange/client.h"
#include "../../exchange/exchange.h"
#include "../../stream/pipe.h"
#include "../lib/help.h"

#define MFL_ENGINE "manifest.engine"
#define MFL_EXCHANGE "manifest.exchange"
#define MFL_PIPE "manifest.pipe"
#define MFL_SCOPES "manifest.scopes"       /* a struct mf_scopes */
#define MFL_ALLOWANCE "manifest.allowance" /* a struct mf_allowance */

/* Either may be collected first: an exchange leaves the queue of its engine, and a closed engine empties it. */
struct mfl_engine {
  struct mf_client client;
  struct mf_queue exchanges; /* those with a live exchange */
  bool open;
};

struct mfl_exchange {
  struct mf_link link;          /* in its engine; in none when closed */
  struct mf_exchange *exchange; /* NULL when closed */
  struct mf_request request;    /* while it is read */
  struct mf_response response;  /* while Lua's values are made of it */
  bool reported;                /* step() has named it as finished */
};

void mfl_close_exchange(struct mfl_exchange *box);

struct mfl_pipe {
  struct mf_pipe *pipe; /* NULL when closed */
};

#endif
