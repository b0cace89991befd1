/* core.engine's exchanges, and the pipes that join two of them. */

#include "../../answer/redirect.h"
#include "../lib/box.h"
#include "open.h"
#include "request.h"
#include "userdata.h"

void mfl_close_exchange(struct mfl_exchange *box)
{
  struct mf_exchange *exchange = box->exchange;

  mf_queue_leave(&box->link);
  box->exchange = NULL;
  if (exchange)
    mf_exchange_free(exchange);
  mf_request_free(&box->request);
}

static int exchange_close(lua_State *L)
{
  struct mfl_exchange *box = luaL_checkudata(L, 1, MFL_EXCHANGE);
  bool under_way = box->link.queue && !box->reported;

  mfl_close_exchange(box);
  if (under_way && lua_getiuservalue(L, 1, 1) == LUA_TUSERDATA && lua_getiuservalue(L, -1, 1) == LUA_TTABLE) {
    lua_pushnil(L);
    lua_rawsetp(L, -2, box); /* the engine keeps what is under way: this no longer is */
  }
  return 0;
}

/* The response goes here, where result() has failed, and not when the exchange is closed: that may be done by a
   finalizer while Lua's values are made of it. */
static int exchange_collect(lua_State *L)
{
  struct mfl_exchange *box = luaL_checkudata(L, 1, MFL_EXCHANGE);

  mf_response_free(&box->response);
  return exchange_close(L);
}

/* exchange:result() -> response, or nil and a problem. The exchange is closed by it: its memory goes at once. */
static int exchange_result(lua_State *L)
{
  struct mfl_exchange *box = luaL_checkudata(L, 1, MFL_EXCHANGE);
  struct mf_response response;
  struct mf_problem problem;

  luaL_argcheck(L, box->exchange, 1, "attempt to use a closed exchange");
  luaL_argcheck(L, mf_exchange_done(box->exchange), 1, "the exchange is still under way");
  problem = *mf_exchange_problem(box->exchange);
  mf_exchange_take_response(box->exchange, &response);
  mfl_close_exchange(box); /* before Lua allocates: that may run a finalizer which closes it */
  box->response = response;
  mfl_push_response(L, &box->response);
  mf_response_free(&box->response);
  if (problem.code == MF_PROBLEM_NONE)
    return 1;
  mfl_fail(L, &problem);
  lua_pushvalue(L, -3);
  lua_setfield(L, -2, "response");
  return 2;
}

/* exchange:moved() -> integer: bytes of its body that were sent so far in this attempt or, when it has none, of the
   answer's that have come */
static int exchange_moved(lua_State *L)
{
  const struct mfl_exchange *box = luaL_checkudata(L, 1, MFL_EXCHANGE);

  luaL_argcheck(L, box->exchange, 1, "attempt to use a closed exchange");
  lua_pushinteger(L, mf_exchange_moved(box->exchange));
  return 1;
}

/* core.location(url, location, host) -> absolute URL where an upload goes on and a warning or nil; or nil and a problem
   (code redirect). Host: what messages call who answered. */
static int location(lua_State *L)
{
  struct mf_problem problem;
  char warning[MF_REDIRECT_WARNING];
  const char *url = mfl_check_text(L, 1);
  const char *where = mfl_check_text(L, 2);
  const char *host = mfl_check_text(L, 3);
  char **target = mfl_push_text_box(L);

  *target = mf_redirect_location(url, host, where, warning, &problem);
  if (!*target)
    return mfl_fail(L, &problem);
  lua_pushstring(L, *target);
  if (!warning[0])
    return 1;
  lua_pushstring(L, warning);
  return 2;
}

/* core.pipe(capacity, size) -> pipe: capacity in bytes, at least 32768; size of the body in bytes, or -1. */
static int new_pipe(lua_State *L)
{
  lua_Integer capacity = luaL_checkinteger(L, 1);
  lua_Integer size = luaL_optinteger(L, 2, -1);
  struct mfl_pipe *box;

  luaL_argcheck(L, capacity >= MF_PIPE_LEAST && capacity <= 1024 * 1024 * 1024, 1, "out of range");
  box = lua_newuserdatauv(L, sizeof(*box), 0);
  box->pipe = NULL;
  luaL_setmetatable(L, MFL_PIPE);
  box->pipe = mf_pipe_new((size_t)capacity, size);
  mfl_check_memory(L, box->pipe);
  return 1;
}

static int pipe_close(lua_State *L)
{
  struct mfl_pipe *box = luaL_checkudata(L, 1, MFL_PIPE);
  struct mf_pipe *pipe = box->pipe;

  box->pipe = NULL;
  if (pipe)
    mf_pipe_release(pipe);
  return 0;
}

static int scopes_close(lua_State *L)
{
  mf_scopes_free(luaL_checkudata(L, 1, MFL_SCOPES));
  return 0;
}

/* core.scopes(list of texts) -> scopes: what one token should cover, read once for all requests that share them */
static int new_scopes(lua_State *L)
{
  struct mf_scopes *scopes;

  luaL_checktype(L, 1, LUA_TTABLE);
  scopes = lua_newuserdatauv(L, sizeof(*scopes), 0);
  *scopes = (struct mf_scopes){0};
  luaL_setmetatable(L, MFL_SCOPES);
  for (lua_Integer i = 1; lua_rawgeti(L, 1, i) != LUA_TNIL; i++) {
    mfl_check_memory(L, mf_scopes_add(scopes, mfl_check_text(L, -1)));
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  return 1;
}

/* core.allowance(most) -> allowance: how many retries all requests that share it may make together */
static int new_allowance(lua_State *L)
{
  lua_Integer most = luaL_checkinteger(L, 1);
  struct mf_allowance *allowance;

  luaL_argcheck(L, most >= 0 && most <= 1000000, 1, "out of range");
  allowance = lua_newuserdatauv(L, sizeof(*allowance), 0);
  *allowance = (struct mf_allowance){(double)most, (double)most};
  luaL_setmetatable(L, MFL_ALLOWANCE);
  return 1;
}

/* allowance:take() -> boolean: for a retry that is not the engine's own */
static int allowance_take(lua_State *L)
{
  lua_pushboolean(L, mf_allowance_take(luaL_checkudata(L, 1, MFL_ALLOWANCE)));
  return 1;
}

void mfl_open_exchange(lua_State *L)
{
  static const luaL_Reg exchange_metamethods[] = {
      {"__gc", exchange_collect}, {"__close", exchange_close}, {NULL, NULL}};
  static const luaL_Reg exchange_methods[] = {
      {"result", exchange_result}, {"moved", exchange_moved}, {"close", exchange_close}, {NULL, NULL}};
  static const luaL_Reg pipe_metamethods[] = {{"__gc", pipe_close}, {"__close", pipe_close}, {NULL, NULL}};
  static const luaL_Reg scopes_metamethods[] = {{"__gc", scopes_close}, {NULL, NULL}};
  static const luaL_Reg no_methods[] = {{NULL, NULL}};
  static const luaL_Reg no_metamethods[] = {{NULL, NULL}};
  static const luaL_Reg allowance_methods[] = {{"take", allowance_take}, {NULL, NULL}};
  static const luaL_Reg pipe_methods[] = {{"close", pipe_close}, {NULL, NULL}};

  mfl_new_class(L, MFL_EXCHANGE, exchange_metamethods, exchange_methods);
  mfl_new_class(L, MFL_PIPE, pipe_metamethods, pipe_methods);
  mfl_new_class(L, MFL_SCOPES, scopes_metamethods, no_methods);
  mfl_new_class(L, MFL_ALLOWANCE, no_metamethods, allowance_methods);
  lua_pushcfunction(L, new_allowance);
  lua_setfield(L, -2, "allowance");
  lua_pushcfunction(L, new_scopes);
  lua_setfield(L, -2, "scopes");
  lua_pushcfunction(L, new_pipe);
  lua_setfield(L, -2, "pipe");
  lua_pushcfunction(L, location);
  lua_setfield(L, -2, "location");
}
