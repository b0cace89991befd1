/* The request table that engine:start takes, and the response table that exchange:result gives. */
#ifndef MFL_REQUEST_H
#define MFL_REQUEST_H

#include <lua.h>
#include <stdbool.h>

#include "../../base/problem.h"
#include "../../exchange/request.h"

/* Reads the request table at INDEX into REQUEST, that of the userdata at EXCHANGE (owned by a userdata, so that an
   error leaks nothing). Raises on what the caller got wrong; false with the problem set when a body file cannot be
   opened. */
bool mfl_read_request(lua_State *L, int index, int exchange, struct mf_request *request, struct mf_problem *problem);
/* Pushes the response of a finished exchange as a table. */
void mfl_push_response(lua_State *L, const struct mf_response *response);

#endif
