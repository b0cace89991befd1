/* The userdata of the HTTP side, as its binding files share them. */
#ifndef MFL_HTTP_H
#define MFL_HTTP_H

#include <stdbool.h>

#include "../plain/http/client.h"
#include "../plain/http/exchange.h"
#include "../plain/http/pipe.h"
#include "help.h"

#define MFL_ENGINE "manifest.engine"
#define MFL_EXCHANGE "manifest.exchange"
#define MFL_PIPE "manifest.pipe"
#define MFL_SCOPES "manifest.scopes"       /* a struct mf_scopes */
#define MFL_ALLOWANCE "manifest.allowance" /* a struct mf_allowance */

struct mfl_exchange;

/* Either may be collected first: they are linked by pointers that each clears in the other. */
struct mfl_engine {
  struct mf_client client;
  struct mfl_exchange *exchanges; /* those with a live exchange */
  bool open;
};

struct mfl_exchange {
  struct mfl_exchange *previous;
  struct mfl_exchange *next;
  struct mfl_engine *engine;    /* NULL when closed */
  struct mf_exchange *exchange; /* NULL when closed */
  struct mf_request request;    /* while it is read */
  bool reported;                /* step() has named it as finished */
};

struct mfl_pipe {
  struct mf_pipe *pipe; /* NULL when closed */
};

/* Reads the request table at INDEX into REQUEST, that of the userdata at EXCHANGE (owned by a userdata, so that an
   error leaks nothing). Raises on what the caller got wrong; false with the problem set when a body file cannot be
   opened. */
bool mfl_read_request(lua_State *L, int index, int exchange, struct mf_request *request, struct mf_problem *problem);
/* Pushes the response of a finished exchange as a table. */
void mfl_push_response(lua_State *L, const struct mf_response *response);

#endif
